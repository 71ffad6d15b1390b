package dev.ballast.model;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A block of IP addresses in CIDR notation (RFC 4632): {@code 10.0.0.0/8}, {@code 2001:db8::/32}; an address alone is a block
 * of one.
 */
public final class AddressBlock {
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private final byte[] address;
  private final int bits;

  private AddressBlock(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or one address.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = addressOf(slash < 0 ? text : text.substring(0, slash), text);
    int bits = slash < 0 ? address.length * 8 : bitsOf(text.substring(slash + 1), text);
    if (bits > address.length * 8) {
      throw wrong(text);
    }
    return new AddressBlock(masked(address, bits), bits);
  }

  private static byte[] addressOf(String literal, String text) {
    if (!LITERAL.matcher(literal).matches()) {
      throw wrong(text);
    }
    try {
      return InetAddress.ofLiteral(literal).getAddress();
    } catch (IllegalArgumentException e) {
      throw wrong(text);
    }
  }

  private static int bitsOf(String digits, String text) {
    if (digits.isEmpty()
        || digits.length() > 3
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw wrong(text);
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is not a block of addresses: write 10.0.0.0/8, 2001:db8::/32 or one address");
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] &= maskOf(bits - i * 8L);
    }
    return masked;
  }

  /** The first bits of a byte; none for fewer than 0, all for more than 8. */
  private static byte maskOf(long bits) {
    return (byte) (0xff00 >> Math.clamp(bits, 0, 8));
  }

  /** Whether every address of its version lies in the block. */
  boolean isEverything() {
    return bits == 0;
  }

  /** Whether the address lies in the block; an IPv4 address never lies in a block of IPv6 addresses. */
  public boolean contains(InetAddress candidate) {
    byte[] other = candidate.getAddress();
    if (other.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    return Arrays.equals(other, 0, whole, address, 0, whole)
        && (whole == address.length
            || (other[whole] & maskOf(bits - whole * 8L)) == address[whole]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressBlock block
        && block.bits == bits
        && Arrays.equals(block.address, address);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(address) + bits;
  }

  /** {@code 10.0.0.0/8}, the bits always written out. */
  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
