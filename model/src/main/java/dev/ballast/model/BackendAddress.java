package dev.ballast.model;

import java.util.regex.Pattern;

/**
 * Where a backend listens: {@code 10.0.0.1:8080}, {@code [2001:db8::1]:8080} or {@code name.internal:8080}.
 *
 * @param host an IPv4 address, an IPv6 address without brackets, or a host name (resolved by the LB servers)
 * @param port 1 to 65535
 */
public record BackendAddress(String host, int port) {
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile(
          "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:%[A-Za-z0-9]+)?");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  public BackendAddress {
    boolean isIpv4 = IPV4.matcher(host).matches();
    boolean isBrokenIpv4 = !isIpv4 && DIGITS_AND_DOTS.matcher(host).matches();
    if (isBrokenIpv4 || !(isIpv4 || isIpv6(host) || Names.isHost(host))) {
      throw new IllegalArgumentException(
          "\"" + host + "\" is neither an IP address nor a host name");
    }
    Ranges.require("port", port, 1, 65_535);
  }

  public static BackendAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !PORT.matcher(text.substring(colon + 1)).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is not host:port");
    }
    String host = text.substring(0, colon);
    boolean isBracketed = host.startsWith("[") && host.endsWith("]");
    if (!isBracketed && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\": write an IPv6 address as [address]:port");
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    return new BackendAddress(isBracketed ? host.substring(1, host.length() - 1) : host, port);
  }

  /** Whether the host is an IP address, so that no name has to be resolved. */
  public boolean isLiteral() {
    return IPV4.matcher(host).matches() || isIpv6(host);
  }

  private static boolean isIpv6(String host) {
    return IPV6.matcher(host).matches() && host.indexOf(':') != host.lastIndexOf(':');
  }

  @Override
  public String toString() {
    return isIpv6(host) ? "[" + host + "]:" + port : host + ":" + port;
  }
}
