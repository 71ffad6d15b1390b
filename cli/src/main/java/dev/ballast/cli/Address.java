package dev.ballast.cli;

import java.net.InetAddress;

/** Addresses on the command line. */
final class Address {
  private Address() {}

  /**
   * Reads an IP address; names are not resolved.
   *
   * @throws CommandFailed when it is none
   */
  static InetAddress of(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      throw new CommandFailed(ExitCode.USAGE, "\"" + text + "\" is not an IP address");
    }
  }
}
