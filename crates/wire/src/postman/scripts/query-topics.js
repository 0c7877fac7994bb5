pm.test('the topics are listed', () => {
  pm.response.to.have.status(200);
  const topics = pm.response.json().map((topic) => topic.topicName);
  pm.expect(topics).to.be.an('array').that.is.not.empty;
  if (!topics.includes(pm.environment.get('topic'))) {
    const usual = 'DispenseEventNotification';
    pm.environment.set('topic', topics.includes(usual) ? usual : topics[0]);
  }
});
pm.test('the list may be kept', () => {
  pm.response.to.have.header('ETag');
  pm.response.to.have.header('Cache-Control');
});

// Where the run goes on: with your code, with the token of an earlier run, or with a code made here.
if (pm.environment.get('accessCode')) {
  pm.execution.setNextRequest('step-2-exchange-access-code');
} else if (pm.environment.get('token')) {
  pm.execution.setNextRequest('step-3-verify-token');
}
