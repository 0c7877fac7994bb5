pm.test('the sandbox made a code (a real platform has none: set accessCode from the toolbar)', () => {
  pm.expect(pm.response.code).to.be.oneOf([200, 201]);
  const answer = pm.response.json();
  pm.expect(answer.accessCode).to.match(/^[0-9A-Z]{8}$/);
  pm.expect(new Date(answer.expiresAt).getTime()).to.be.a('number').that.is.not.NaN;
  pm.environment.set('accessCode', answer.accessCode);
});
if (!pm.environment.get('accessCode')) {
  pm.execution.setNextRequest(null);
}
