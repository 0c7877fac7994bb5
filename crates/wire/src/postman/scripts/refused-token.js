pm.test('an unknown token gives no permission', () => {
  pm.response.to.have.status(403);
  pm.expect(pm.response.json().type).to.match(/\/problems\/access-token-refused$/);
});
