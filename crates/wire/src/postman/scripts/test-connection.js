pm.test('the server is reached and the key is good', () => {
  pm.response.to.have.status(200);
});
pm.test('the answer is empty', () => {
  pm.expect(pm.response.text()).to.equal('');
});
