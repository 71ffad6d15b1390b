package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;

/** Writes a number in decimal digits, without a string. */
final class Decimal {
  private Decimal() {}

  /** @param number at least 0 */
  static void write(long number, ByteBuf out) {
    long unit = 1;
    while (number / unit >= 10) {
      unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
      out.writeByte((byte) ('0' + number / unit % 10));
    }
  }
}
