// Half a second between polls suits a sandbox; in production four times a day is often enough.
const MOST_POLLS = 60;
const PAUSE = 500;

let answer = {};
pm.test('the status is told', () => {
  pm.response.to.have.status(200);
  answer = pm.response.json();
  pm.expect(answer.messageId).to.equal(pm.environment.get('messageId'));
  pm.expect(answer.type).to.equal('ToolbarInstantMessage');
  pm.expect(answer.status).to.be.oneOf(['PENDING', 'COMPLETED', 'REJECTED', 'EXPIRED']);
  pm.expect(answer.history).to.be.an('array').that.is.not.empty;
});

const polls = Number(pm.collectionVariables.get('polls') || 0) + 1;
pm.collectionVariables.set('polls', String(polls));
if (answer.status === 'PENDING' && polls < MOST_POLLS) {
  pm.execution.setNextRequest('step-5-query-status');
  setTimeout(() => {}, PAUSE);
} else {
  pm.collectionVariables.set('polls', '0');
  pm.test('the documents are in the record (if not: is the practitioner signed in to the toolbar?)', () => {
    pm.expect(answer.status).to.equal('COMPLETED');
    pm.expect(answer.subStatus).to.be.oneOf(['Imported automatically', 'Imported after review']);
  });
}
