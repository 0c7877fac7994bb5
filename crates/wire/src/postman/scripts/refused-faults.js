pm.test('every fault is told at once, in the order of the request', () => {
  pm.response.to.have.status(400);
  const problem = pm.response.json();
  pm.expect(problem.type).to.match(/\/problems\/validation-error$/);
  pm.expect(problem.instance).to.match(/^urn:uuid:/);
  pm.expect(problem.invalidParameters.map((fault) => fault.name)).to.eql([
    'recipient',
    'subject.id.value',
    'body.mimeType',
    'attachments[0].fileName',
    'attachments[0].content',
  ]);
});
pm.test('nothing about the patient is repeated', () => {
  const told = pm.response.json().invalidParameters;
  pm.expect(told.find((fault) => fault.name === 'subject.id.value')).to.not.have.property('value');
});
