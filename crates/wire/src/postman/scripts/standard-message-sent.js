pm.test('the message was taken', () => {
  pm.response.to.have.status(200);
});
pm.test('the answer says where its status is', () => {
  const id = pm.environment.get('standardMessageId');
  pm.expect(pm.response.json().messageStatusEndpoint).to.equal(`/api/v1/messages/${id}/status`);
});
