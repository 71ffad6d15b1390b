package dev.ballast.orchestrator;

/**
 * What has become of statuses.
 *
 * @param batches transactions
 * @param statuses handed to them
 * @param stale of these, left out because their share was another member's by then
 * @param gone of these, left out because their subject was no longer there
 * @param failures transactions that failed, and were tried again
 * @param waiting now
 * @param trouble why they wait, or empty
 */
record WriteCounters(
    long batches,
    long statuses,
    long stale,
    long gone,
    long failures,
    int waiting,
    String trouble) {
  static final WriteCounters NONE = new WriteCounters(0, 0, 0, 0, 0, 0, "");

  WriteCounters written(int size, int staleNow, int goneNow) {
    return new WriteCounters(
        batches + 1, statuses + size, stale + staleNow, gone + goneNow, failures, waiting, trouble);
  }

  WriteCounters failed() {
    return new WriteCounters(batches, statuses, stale, gone, failures + 1, waiting, trouble);
  }

  WriteCounters with(int waitingNow, String troubleNow) {
    return new WriteCounters(batches, statuses, stale, gone, failures, waitingNow, troubleNow);
  }
}
