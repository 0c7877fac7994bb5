pm.test('the id is taken by other content', () => {
  pm.response.to.have.status(409);
  pm.expect(pm.response.headers.get('Content-Type')).to.include('application/problem+json');
  pm.expect(pm.response.json().type).to.match(/\/problems\/message-id-conflict$/);
});
