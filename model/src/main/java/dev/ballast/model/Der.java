package dev.ballast.model;

import java.util.Arrays;

/** The little of DER (ITU-T X.690) that keys and certificates need. Lengths up to 2³¹ − 1. */
public final class Der {
  public static final int BOOLEAN = 0x01;
  public static final int INTEGER = 0x02;
  public static final int BIT_STRING = 0x03;
  public static final int OCTET_STRING = 0x04;
  public static final int NULL = 0x05;
  public static final int OBJECT_IDENTIFIER = 0x06;
  public static final int UTF8_STRING = 0x0c;
  public static final int UTC_TIME = 0x17;
  public static final int GENERALIZED_TIME = 0x18;
  public static final int SEQUENCE = 0x30;
  public static final int SET = 0x31;
  public static final int CONTEXT_0 = 0xa0;

  private Der() {}

  /** A value with its tag and length; its contents are joined. */
  public static byte[] value(int tag, byte[]... contents) {
    int length = Arrays.stream(contents).mapToInt(content -> content.length).sum();
    byte[] head = head(tag, length);
    byte[] value = Arrays.copyOf(head, head.length + length);
    int at = head.length;
    for (byte[] content : contents) {
      System.arraycopy(content, 0, value, at, content.length);
      at += content.length;
    }
    return value;
  }

  private static byte[] head(int tag, int length) {
    if (length < 0x80) {
      return new byte[] {(byte) tag, (byte) length};
    }
    int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
    var head = new byte[2 + bytes];
    head[0] = (byte) tag;
    head[1] = (byte) (0x80 | bytes);
    for (int index = 0; index < bytes; index++) {
      head[2 + index] = (byte) (length >>> (8 * (bytes - 1 - index)));
    }
    return head;
  }

  /** A list of values in their order. */
  public static byte[] sequence(byte[]... values) {
    return value(SEQUENCE, values);
  }

  public static byte[] octets(byte[] content) {
    return value(OCTET_STRING, content);
  }

  /**
   * Bits.
   *
   * @param unused how many of the last byte are no part of it
   */
  public static byte[] bits(int unused, byte[] content) {
    return value(BIT_STRING, new byte[] {(byte) unused}, content);
  }

  /** {@code 1.2.840.10045.2.1} and the like. */
  public static byte[] objectIdentifier(String dotted) {
    long[] arcs = Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
    var content = new java.io.ByteArrayOutputStream();
    writeArc(content, arcs[0] * 40 + arcs[1]);
    for (int index = 2; index < arcs.length; index++) {
      writeArc(content, arcs[index]);
    }
    return value(OBJECT_IDENTIFIER, content.toByteArray());
  }

  private static void writeArc(java.io.ByteArrayOutputStream out, long arc) {
    for (int shift = 7 * ((63 - Long.numberOfLeadingZeros(arc | 1)) / 7); shift > 0; shift -= 7) {
      out.write((int) ((arc >>> shift) & 0x7f) | 0x80);
    }
    out.write((int) (arc & 0x7f));
  }

  /** Reads one value after the other. */
  static final class Reader {
    private final byte[] bytes;
    private final int end;
    private int at;

    Reader(byte[] bytes) {
      this(bytes, 0, bytes.length);
    }

    private Reader(byte[] bytes, int at, int end) {
      this.bytes = bytes;
      this.at = at;
      this.end = end;
    }

    boolean hasNext() {
      return at < end;
    }

    /** The tag of the next value. */
    int tag() {
      require(at < end);
      return bytes[at] & 0xff;
    }

    /** Enters the next value, which has the tag, and goes on behind it. */
    Reader enter(int tag) {
      require(tag() == tag);
      int from = contentOf(at);
      int to = from + lengthOf(at);
      at = to;
      return new Reader(bytes, from, to);
    }

    /** The whole next value. */
    byte[] next() {
      int from = at;
      at = contentOf(from) + lengthOf(from);
      return Arrays.copyOfRange(bytes, from, at);
    }

    private int contentOf(int value) {
      require(value + 2 <= end);
      int first = bytes[value + 1] & 0xff;
      return value + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private int lengthOf(int value) {
      int from = contentOf(value);
      int length = bytes[value + 1] & 0xff;
      if (length >= 0x80) {
        require(length > 0x80 && length <= 0x84 && from <= end);
        length = 0;
        for (int index = value + 2; index < from; index++) {
          length = (length << 8) | (bytes[index] & 0xff);
        }
      }
      require(length >= 0 && length <= end - from);
      return length;
    }

    private static void require(boolean isSo) {
      if (!isSo) {
        throw new IllegalArgumentException("this is not DER");
      }
    }
  }
}
