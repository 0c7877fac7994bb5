pm.test('the message was taken', () => {
  pm.response.to.have.status(200);
});
pm.test('the answer says where its status is', () => {
  const id = pm.environment.get('messageId');
  pm.expect(pm.response.json().messageStatusEndpoint).to.equal(`/api/v1/messages/${id}/status`);
});
pm.collectionVariables.set('polls', '0');
