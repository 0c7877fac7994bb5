pm.test('without a key nothing is answered', () => {
  pm.response.to.have.status(401);
  pm.expect(pm.response.json().type).to.match(/\/problems\/unauthorized$/);
});
