pm.test('the message waits for someone at the practice', () => {
  pm.response.to.have.status(200);
  const answer = pm.response.json();
  pm.expect(answer.messageId).to.equal(pm.environment.get('standardMessageId'));
  pm.expect(answer.type).to.equal('ToolbarMessage');
  pm.expect(answer.status).to.equal('PENDING');
  pm.expect(answer.subStatus).to.equal('Awaiting review');
});
pm.test('its time runs out later than now', () => {
  const end = new Date(pm.response.json().expiryDateTime);
  pm.expect(end.getTime()).to.be.above(Date.now());
});
