package dev.ballast.proxy;

import java.util.Arrays;

/**
 * What a line of the access log says of a request, copied out of its head as long as that is there. Owned by one event loop,
 * which lends it to an exchange and uses it for the next one then.
 */
final class LogEntry {
  static final int METHOD = 0;
  static final int HOST = 1;
  static final int PATH = 2;
  static final int QUERY = 3;
  static final int USER_AGENT = 4;
  static final int REFERER = 5;
  private static final int VALUES = 6;
  private static final int USUAL_BYTES = 512;
  private static final byte[] USER_AGENT_NAME = Grammar.ascii("user-agent");
  private static final byte[] REFERER_NAME = Grammar.ascii("referer");

  private final int limit;
  private final int[] ends = new int[VALUES];
  private byte[] bytes = new byte[USUAL_BYTES];
  private boolean hasQuery;
  private boolean isHttp10;

  /** @param limit of one value: no more of it is ever shown */
  LogEntry(int limit) {
    this.limit = limit;
  }

  void take(RequestHead head) {
    isHttp10 = head.isHttp10();
    hasQuery = head.queryStart() < head.targetEnd();
    byte[] from = head.bytes();
    int queryStart = hasQuery ? head.queryStart() + 1 : head.targetEnd();
    put(METHOD, from, 0, head.methodEnd());
    put(HOST, from, head.hostStart(), head.hostEnd());
    put(PATH, from, head.pathStart(), head.pathEnd());
    put(QUERY, from, queryStart, head.targetEnd());
    put(USER_AGENT, head, USER_AGENT_NAME);
    put(REFERER, head, REFERER_NAME);
  }

  private void put(int value, RequestHead head, byte[] name) {
    FieldLines fields = head.fields();
    for (int line = 0; line < fields.count(); line++) {
      if (fields.isNamed(line, name)) {
        put(value, head.bytes(), fields.valueStart(line), fields.valueEnd(line));
        return;
      }
    }
    put(value, head.bytes(), 0, 0);
  }

  /** One byte more than is shown, so that it shows that there was more. */
  private void put(int value, byte[] from, int start, int end) {
    int length = Math.min(end - start, limit + 1);
    int at = start(value);
    if (at + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + length));
    }
    System.arraycopy(from, start, bytes, at, length);
    ends[value] = at + length;
  }

  byte[] bytes() {
    return bytes;
  }

  int start(int value) {
    return value == 0 ? 0 : ends[value - 1];
  }

  int end(int value) {
    return ends[value];
  }

  boolean isEmpty(int value) {
    return start(value) == end(value) && !(value == QUERY && hasQuery);
  }

  boolean isHttp10() {
    return isHttp10;
  }
}
