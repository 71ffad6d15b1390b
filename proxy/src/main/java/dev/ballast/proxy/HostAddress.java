package dev.ballast.proxy;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The address behind a host: fixed if the host is an address, else what its name was last resolved to. Shared by all backends
 * on that host; written by the names' thread, read by all.
 */
final class HostAddress {
  private final String host;
  private final boolean isLiteral;
  private volatile @Nullable InetAddress current;

  private HostAddress(String host, boolean isLiteral, @Nullable InetAddress current) {
    this.host = host;
    this.isLiteral = isLiteral;
    this.current = current;
  }

  static HostAddress literal(String host) {
    return new HostAddress(host, true, InetAddress.ofLiteral(host));
  }

  static HostAddress unresolved(String name) {
    return new HostAddress(name, false, null);
  }

  String host() {
    return host;
  }

  boolean isLiteral() {
    return isLiteral;
  }

  /** Null until the name has been resolved for the first time. */
  @Nullable InetAddress current() {
    return current;
  }

  void resolved(InetAddress address) {
    current = address;
  }
}
