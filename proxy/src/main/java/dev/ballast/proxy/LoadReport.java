package dev.ballast.proxy;

/**
 * The binary form of what a backend says of its load, as gRPC servers send it: the message {@code xds.data.orca.v3.OrcaLoadReport} of the xDS project in
 * the encoding of protocol buffers, and that in base64 (RFC 4648, section 4, padded or not).
 *
 * <p>A message is a row of fields. Each begins with its number × 8 + the type of its value; of these {@code cpu_utilization} (1) and
 * {@code application_utilization} (9) are read, the last of each counts, and all others are passed over, whatever is inside. A number of 0 is as none, as
 * messages leave it out. Read where it lies, byte by byte: nothing is copied, nothing nests, and each byte is looked at once. A message that breaks
 * off, or is written as none may be, says nothing.
 *
 * <p>Owned by whoever reads with it, one report at a time.
 */
final class LoadReport {
  private static final int CPU = 1;
  private static final int APPLICATION = 9;

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;
  private static final int TYPE_BITS = 3;

  private static final int VARINT_BYTES = 10;
  private static final int MALFORMED = -1;
  private static final int THOUSAND = 1_000;

  private final byte[] text;
  private final int start;
  private final int length;
  private int at;
  private double cpu;
  private double application;

  private LoadReport(byte[] text, int start, int characters) {
    this.text = text;
    this.start = start;
    this.length = characters / 4 * 3 + Math.max(0, characters % 4 - 1);
  }

  /**
   * What the report in this text says.
   *
   * @param most that can be said
   * @return in thousandths, 1 to {@code most}; {@link LoadMetrics#NOTHING} if it can't be read, or says nothing of it
   */
  static int thousandths(byte[] text, int from, int to, int most) {
    int end = to;
    while (end > from && text[end - 1] == '=' && to - end < 2) {
      end--;
    }
    boolean isPadded = end < to;
    int characters = end - from;
    if (characters % 4 == 1 || (isPadded && (to - from) % 4 != 0)) {
      return LoadMetrics.NOTHING;
    }
    for (int at = from; at < end; at++) {
      if (sextet(text[at]) < 0) {
        return LoadMetrics.NOTHING;
      }
    }
    var report = new LoadReport(text, from, characters);
    if (!report.read()) {
      return LoadMetrics.NOTHING;
    }
    double said = isSaid(report.application) ? report.application : report.cpu;
    return isSaid(said) ? Math.clamp(Math.round(said * THOUSAND), 1, most) : LoadMetrics.NOTHING;
  }

  private static boolean isSaid(double utilisation) {
    return utilisation > 0 && Double.isFinite(utilisation);
  }

  /** False if it is malformed. */
  private boolean read() {
    while (at < length) {
      long tag = varint();
      long number = tag >>> TYPE_BITS;
      if (tag < 0 || number == 0 || number > (1 << 29) - 1) {
        return false;
      }
      if (!readValue((int) number, (int) tag & 7)) {
        return false;
      }
    }
    return true;
  }

  private boolean readValue(int field, int type) {
    return switch (type) {
      case VARINT -> passVarint();
      case FIXED_64 -> readNumber(field);
      case LENGTH_DELIMITED -> pass(varint());
      case FIXED_32 -> pass(Integer.BYTES);
      default -> false;
    };
  }

  private boolean readNumber(int field) {
    int begin = at;
    if (!pass(Double.BYTES)) {
      return false;
    }
    if (field == CPU || field == APPLICATION) {
      long bits = 0;
      for (int i = Double.BYTES - 1; i >= 0; i--) {
        bits = bits << 8 | byteAt(begin + i);
      }
      double value = Double.longBitsToDouble(bits);
      cpu = field == CPU ? value : cpu;
      application = field == APPLICATION ? value : application;
    }
    return true;
  }

  private boolean pass(long bytes) {
    if (bytes < 0 || bytes > length - at) {
      return false;
    }
    at += (int) bytes;
    return true;
  }

  private boolean passVarint() {
    for (int i = 0; i < VARINT_BYTES && at < length; i++) {
      if (byteAt(at++) < 0x80) {
        return true;
      }
    }
    return false;
  }

  /** Seven bits a byte, the lowest first; the last byte has no eighth bit. {@link #MALFORMED} also for what is 2⁶³ or more. */
  private long varint() {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES && at < length; i++) {
      int next = byteAt(at++);
      value |= (next & 0x7fL) << (7 * i);
      if (next < 0x80) {
        return i == VARINT_BYTES - 1 || value < 0 ? MALFORMED : value;
      }
    }
    return MALFORMED;
  }

  /** Each four characters are three bytes. */
  private int byteAt(int index) {
    int first = start + index / 3 * 4 + index % 3;
    int bits = sextet(text[first]) << 6 | sextet(text[first + 1]);
    return bits >> (4 - 2 * (index % 3)) & 0xff;
  }

  private static int sextet(byte c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (Grammar.isDigit(c)) {
      return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  }
}
