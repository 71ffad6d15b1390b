package dev.ballast.proxy;

/**
 * Finds the client behind proxies that are trusted: from the last address that they noted back to the first that is not one of
 * theirs. What that one claims of others counts for nothing; nor does what stands before something that is no address.
 *
 * <p>Reads X-Forwarded-For, or the {@code for} parameters of Forwarded (RFC 7239, section 4). Only the last {@link Limit#FORWARDED_HOPS}
 * addresses are looked at. Owned by one event loop; reused for each request.
 */
final class ForwardedChain {
  private static final byte[] FOR = Grammar.ascii("for");

  private final int hops;
  private final int[] starts;
  private final int[] ends;
  private final AddressBits address = new AddressBits();
  private int count;
  private int clientStart;
  private int clientEnd;
  private boolean isCut;

  ForwardedChain(Limits limits) {
    this.hops = limits.of(Limit.FORWARDED_HOPS);
    this.starts = new int[hops];
    this.ends = new int[hops];
  }

  /**
   * Follows the chain that a trusted peer has sent.
   *
   * @param kind {@link Field#X_FORWARDED_FOR} or {@link Field#FORWARDED}
   * @return whether it names a client, whose address then stands in the head from {@link #clientStart} to {@link #clientEnd}
   */
  boolean follow(RequestHead head, Field kind, TrustList trust) {
    count = 0;
    FieldLines lines = head.fields();
    for (int line = 0; line < lines.count(); line++) {
      if (lines.kind(line) == kind && kind == Field.FORWARDED) {
        collectFor(head.bytes(), lines.valueStart(line), lines.valueEnd(line));
      } else if (lines.kind(line) == kind) {
        collectItems(head.bytes(), lines.valueStart(line), lines.valueEnd(line));
      }
    }
    return trace(head.bytes(), trust);
  }

  private boolean trace(byte[] bytes, TrustList trust) {
    boolean isFound = false;
    isCut = count > hops;
    for (int hop = count - 1; hop >= 0 && hop >= count - hops; hop--) {
      if (!address.read(bytes, starts[hop % hops], ends[hop % hops])) {
        isCut = false;
        break;
      }
      isFound = true;
      clientStart = address.start();
      clientEnd = address.end();
      if (!trust.contains(address)) {
        isCut = false;
        break;
      }
    }
    return isFound;
  }

  private void add(int start, int end) {
    starts[count % hops] = start;
    ends[count % hops] = end;
    count++;
  }

  private void collectItems(byte[] bytes, int from, int end) {
    for (int at = from; at < end; ) {
      int comma = QueryText.indexOf(bytes, at, end, ',');
      int start = skipSpace(bytes, at, comma);
      int stop = skipSpaceBackwards(bytes, comma, start);
      if (start < stop) {
        add(start, stop);
      }
      at = comma + 1;
    }
  }

  private void collectFor(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end) {
      int stop = elementEnd(bytes, at, end, ',');
      addFor(bytes, at, stop);
      at = stop + 1;
    }
  }

  /** An element without {@code for} is one that hides whom it is from. */
  private void addFor(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end) {
      int stop = elementEnd(bytes, at, end, ';');
      int start = skipSpace(bytes, at, stop);
      int equals = QueryText.indexOf(bytes, start, stop, '=');
      if (Grammar.equalsIgnoreCase(bytes, start, equals, FOR)) {
        addUnquoted(bytes, Math.min(equals + 1, stop), skipSpaceBackwards(bytes, stop, equals));
        return;
      }
      at = stop + 1;
    }
    add(from, from);
  }

  private void addUnquoted(byte[] bytes, int start, int end) {
    boolean isQuoted = end - start >= 2 && bytes[start] == '"' && bytes[end - 1] == '"';
    add(isQuoted ? start + 1 : start, isQuoted ? end - 1 : end);
  }

  /** Where the separator stands next, outside of quotes. */
  private static int elementEnd(byte[] bytes, int from, int end, char separator) {
    boolean isQuoted = false;
    int at = from;
    while (at < end && (isQuoted || bytes[at] != separator)) {
      if (bytes[at] == '"') {
        isQuoted = !isQuoted;
      } else if (bytes[at] == '\\' && isQuoted) {
        at++;
      }
      at++;
    }
    return Math.min(at, end);
  }

  private static int skipSpace(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && Grammar.isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  private static int skipSpaceBackwards(byte[] bytes, int from, int start) {
    int at = from;
    while (at > start && Grammar.isSpace(bytes[at - 1])) {
      at--;
    }
    return at;
  }

  /** Whether trusted proxies alone fill all that is looked at: the client stands further back. */
  boolean isCut() {
    return isCut;
  }

  int clientStart() {
    return clientStart;
  }

  int clientEnd() {
    return clientEnd;
  }
}
