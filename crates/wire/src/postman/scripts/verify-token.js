pm.test('the token is good', () => {
  pm.response.to.have.status(200);
});
if (pm.response.code === 410) {
  // Withdrawn: the next run begins with a new code.
  pm.environment.unset('token');
  pm.execution.setNextRequest(null);
}
