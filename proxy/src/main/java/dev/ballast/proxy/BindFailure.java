package dev.ballast.proxy;

import java.net.InetAddress;

/**
 * Why a listener is not bound, or a pool's backends can't be connected to, and what to do about it.
 *
 * @param reason for people
 * @param remedy for people
 */
record BindFailure(String reason, String remedy) {
  static final BindFailure CLOSED = new BindFailure("the LB server has stopped accepting", "");

  private static final int PRIVILEGED_PORTS = 1_024;

  /** Turns what the system says into words. */
  record Explanation(InetAddress address, PortOwner owners) {
    BindFailure of(int port, Throwable cause) {
      String message = String.valueOf(cause.getMessage());
      String where = "port " + port + " on " + address.getHostAddress();
      if (message.contains("in use")) {
        String owner = owners.find(port).orElse("another process");
        return new BindFailure(
            where + " is in use by " + owner, "stop it, or give the listener another port");
      }
      if (message.contains("denied")) {
        return new BindFailure(where + " may not be bound by this user", denied(port));
      }
      if (message.contains("assign")) {
        return new BindFailure(
            address.getHostAddress() + " is no address of this machine",
            "start the LB server with --address of one it has");
      }
      return new BindFailure(where + ": " + message, "see the reason");
    }

    private static String denied(int port) {
      return port < PRIVILEGED_PORTS
          ? "give the process CAP_NET_BIND_SERVICE, or the listener a port from "
              + PRIVILEGED_PORTS
              + " up"
          : "give the process the right, or the listener another port";
    }
  }
}
