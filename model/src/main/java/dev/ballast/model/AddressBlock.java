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
      int kept = Math.clamp(bits - i * 8L, 0, 8);
      masked[i] &= (byte) (0xff00 >> kept);
    }
    return masked;
  }

  /** Whether the address lies in the block; an IPv4 address never lies in a block of IPv6 addresses. */
  public boolean contains(InetAddress candidate) {
    byte[] other = candidate.getAddress();
    return other.length == address.length && Arrays.equals(masked(other, bits), address);
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
