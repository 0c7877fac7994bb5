// A code works once, whatever came of it.
pm.environment.unset('accessCode');
pm.test('the code was swapped for a token', () => {
  pm.response.to.have.status(200);
  const token = pm.response.json().token;
  pm.expect(token).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  pm.environment.set('token', token);
});
