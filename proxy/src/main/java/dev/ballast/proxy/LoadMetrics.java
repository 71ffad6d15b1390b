package dev.ballast.proxy;

/**
 * How busy a backend says it is, in a field of its answers or of their trailers: {@code endpoint-load-metrics} as ORCA (open request cost
 * aggregation, the proposal of the xDS project) has it, as text ({@code TEXT cpu_utilization=0.3, mem_utilization=0.8}) or as JSON
 * ({@code JSON {"cpu_utilization": 0.3}}), or {@code endpoint-load-metrics-bin}, in which gRPC servers send the same in binary ({@link LoadReport}). The
 * first of these fields that can be read counts; in trailers, the last line. The utilisation that the application states for itself goes before that of its processor; the others
 * are not looked at.
 */
final class LoadMetrics {
  /** What cannot be read says nothing. */
  static final int NOTHING = 0;

  private static final int WHOLE = 1_000;
  private static final int MOST = 100 * WHOLE;
  private static final int DECIMALS = 3;
  private static final byte[] NAME = Grammar.ascii("endpoint-load-metrics");
  private static final byte[] BINARY_NAME = Grammar.ascii("endpoint-load-metrics-bin");
  private static final byte[][] BY_PREFERENCE = {
    Grammar.ascii("application_utilization"),
    Grammar.ascii("applicationutilization"),
    Grammar.ascii("cpu_utilization"),
    Grammar.ascii("cpuutilization")
  };

  private LoadMetrics() {}

  /** In thousandths of what the backend can do, 1 to 100,000; or {@link #NOTHING}. */
  static int in(AnswerHead head) {
    FieldLines fields = head.fields();
    int said = NOTHING;
    for (int line = 0; line < fields.count() && said == NOTHING; line++) {
      if (fields.isNamed(line, NAME)) {
        said = read(head.bytes(), fields.valueStart(line), fields.valueEnd(line));
      } else if (fields.isNamed(line, BINARY_NAME)) {
        said = readBinary(head.bytes(), fields.valueStart(line), fields.valueEnd(line));
      }
    }
    return said;
  }

  /** The same in one line of a trailer section. */
  static int inTrailer(byte[] bytes, int start, int length) {
    int end = start + length;
    if (isNamed(bytes, start, end, NAME)) {
      return read(bytes, start + NAME.length + 1, end);
    }
    return isNamed(bytes, start, end, BINARY_NAME)
        ? readBinary(bytes, start + BINARY_NAME.length + 1, end)
        : NOTHING;
  }

  private static boolean isNamed(byte[] bytes, int start, int end, byte[] name) {
    int nameEnd = start + name.length;
    return nameEnd < end
        && bytes[nameEnd] == Grammar.COLON
        && Grammar.equalsIgnoreCase(bytes, start, nameEnd, name);
  }

  private static int readBinary(byte[] bytes, int start, int end) {
    int from = skipSpace(bytes, start, end);
    int to = end;
    while (to > from && isSpaceOrEnd(bytes[to - 1])) {
      to--;
    }
    return LoadReport.thousandths(bytes, from, to, MOST);
  }

  private static boolean isSpaceOrEnd(byte b) {
    return Grammar.isSpace(b) || b == '\r' || b == '\n';
  }

  private static int read(byte[] bytes, int start, int end) {
    for (byte[] metric : BY_PREFERENCE) {
      int found = find(bytes, start, end, metric);
      int said = found < 0 ? NOTHING : number(bytes, found, end);
      if (said != NOTHING) {
        return said;
      }
    }
    return NOTHING;
  }

  /** Where the metric's number begins; −1 if it is not there. */
  private static int find(byte[] bytes, int start, int end, byte[] metric) {
    for (int at = start; at + metric.length < end; at++) {
      boolean isWhole = at == start || !isOfName(bytes[at - 1]);
      int after = at + metric.length;
      if (isWhole && Grammar.equalsIgnoreCase(bytes, at, after, metric)) {
        return afterSign(bytes, after, end);
      }
    }
    return -1;
  }

  private static boolean isOfName(byte b) {
    return b == '_'
        || b == '.'
        || Grammar.isDigit(b)
        || (Grammar.lower(b) >= 'a' && Grammar.lower(b) <= 'z');
  }

  /** Behind {@code =} or, of a quoted name, behind {@code :}, and the space around them. */
  private static int afterSign(byte[] bytes, int start, int end) {
    int at = start < end && bytes[start] == '"' ? start + 1 : start;
    at = skipSpace(bytes, at, end);
    if (at == end || (bytes[at] != '=' && bytes[at] != ':')) {
      return -1;
    }
    return skipSpace(bytes, at + 1, end);
  }

  private static int skipSpace(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && Grammar.isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  /** {@code 0.25} is 250; what is not a plain decimal number, or is followed by an exponent, is nothing. */
  private static int number(byte[] bytes, int start, int end) {
    int at = start;
    int thousandths = 0;
    int decimals = -1;
    for (; at < end && (Grammar.isDigit(bytes[at]) || (bytes[at] == '.' && decimals < 0)); at++) {
      if (bytes[at] == '.') {
        decimals = 0;
      } else if (decimals < DECIMALS) {
        thousandths = Math.min(MOST, thousandths * 10 + (bytes[at] - '0'));
        decimals += decimals < 0 ? 0 : 1;
      }
    }
    if (at == start || (at < end && isOfName(bytes[at]))) {
      return NOTHING;
    }
    long scaled = thousandths;
    for (int missing = Math.max(0, decimals); missing < DECIMALS; missing++) {
      scaled *= 10;
    }
    return Math.clamp(scaled, 1, MOST);
  }
}
