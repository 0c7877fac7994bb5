pm.test('the widget is registered, and unseen until it is approved', () => {
  pm.response.to.have.status(200);
  const widget = pm.response.json();
  pm.expect(widget.widgetId).to.match(/^[0-9a-f-]{36}$/);
  pm.expect(widget.name).to.equal('Widget of the Postman collection');
  pm.expect(widget.state).to.be.oneOf(['awaiting-approval', 'approved', 'refused']);
  pm.expect(widget.revision).to.be.at.least(1);
});
pm.test('the secret is not told back', () => {
  pm.expect(pm.response.text()).to.not.include(JSON.parse(pm.request.body.raw).encryptionSecret);
});
