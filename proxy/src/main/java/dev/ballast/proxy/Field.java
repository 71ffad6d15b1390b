package dev.ballast.proxy;

/** The fields that this proxy knows by name. The others pass as they are. */
enum Field {
  OTHER("", Passage.COPIED, Passage.COPIED),
  /**
   * One of the names below with underscores in place of hyphens, which CGI and its heirs can't tell from it (RFC 3875, section
   * 4.1.18): nobody slips in by that what is ours to say.
   */
  LOOKALIKE("", Passage.DROPPED, Passage.COPIED),
  HOST("host", Passage.WRITTEN, Passage.COPIED),
  CONTENT_LENGTH("content-length", Passage.WRITTEN, Passage.WRITTEN),
  TRANSFER_ENCODING("transfer-encoding", Passage.WRITTEN, Passage.WRITTEN),
  CONNECTION("connection", Passage.WRITTEN, Passage.WRITTEN),
  KEEP_ALIVE("keep-alive", Passage.DROPPED, Passage.DROPPED),
  PROXY_CONNECTION("proxy-connection", Passage.DROPPED, Passage.DROPPED),
  TE("te", Passage.DROPPED, Passage.DROPPED),
  TRAILER("trailer", Passage.COPIED, Passage.COPIED),
  UPGRADE("upgrade", Passage.DROPPED, Passage.DROPPED),
  HTTP2_SETTINGS("http2-settings", Passage.DROPPED, Passage.COPIED),
  EXPECT("expect", Passage.WRITTEN, Passage.COPIED),
  /** Becomes HTTP_PROXY in CGI programs, which then trust it ("httpoxy"). */
  PROXY("proxy", Passage.DROPPED, Passage.COPIED),
  X_FORWARDED_FOR("x-forwarded-for", Passage.WRITTEN, Passage.COPIED),
  X_FORWARDED_HOST("x-forwarded-host", Passage.WRITTEN, Passage.COPIED),
  X_FORWARDED_PROTO("x-forwarded-proto", Passage.WRITTEN, Passage.COPIED),
  X_FORWARDED_PORT("x-forwarded-port", Passage.WRITTEN, Passage.COPIED),
  FORWARDED("forwarded", Passage.WRITTEN, Passage.COPIED),
  /** Ours: nobody else's word counts. */
  BALLAST_REASON("ballast-reason", Passage.COPIED, Passage.DROPPED);

  private enum Passage {
    /** As it came. */
    COPIED,
    /** Not at all: it is meant for this hop alone, or does harm. */
    DROPPED,
    /** In our own words. */
    WRITTEN
  }

  private static final int LONGEST = 17;
  private static final Field[][] BY_LENGTH = new Field[LONGEST + 1][];

  static {
    for (int length = 0; length <= LONGEST; length++) {
      int wanted = length;
      BY_LENGTH[length] =
          java.util.Arrays.stream(values())
              .filter(field -> field.name.length > 0 && field.name.length == wanted)
              .toArray(Field[]::new);
    }
  }

  @SuppressWarnings("ImmutableEnumChecker") // never written to
  private final byte[] name;

  private final boolean isCopiedInRequests;
  private final boolean isCopiedInAnswers;

  Field(String name, Passage inRequests, Passage inAnswers) {
    this.name = Grammar.ascii(name);
    this.isCopiedInRequests = inRequests == Passage.COPIED;
    this.isCopiedInAnswers = inAnswers == Passage.COPIED;
  }

  boolean isCopiedInRequests() {
    return isCopiedInRequests;
  }

  /** Whether it says for whom a request is forwarded. */
  boolean isAboutClient() {
    return switch (this) {
      case X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO, X_FORWARDED_PORT, FORWARDED ->
          true;
      default -> false;
    };
  }

  boolean isCopiedInAnswers() {
    return isCopiedInAnswers;
  }

  static Field named(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length > LONGEST) {
      return OTHER;
    }
    for (Field field : BY_LENGTH[length]) {
      if (Grammar.equalsIgnoreCase(bytes, start, end, field.name)) {
        return field;
      }
      if (field.isNamedWithUnderscores(bytes, start)) {
        return LOOKALIKE;
      }
    }
    return OTHER;
  }

  private boolean isNamedWithUnderscores(byte[] bytes, int start) {
    for (int i = 0; i < name.length; i++) {
      byte b = Grammar.lower(bytes[start + i]);
      if (b != name[i] && (b != '_' || name[i] != '-')) {
        return false;
      }
    }
    return true;
  }
}
