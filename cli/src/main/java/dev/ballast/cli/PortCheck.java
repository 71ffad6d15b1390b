package dev.ballast.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;

/** Whether what is about to be started will get its ports. */
final class PortCheck {
  private static final int SHOWN = 5;

  private PortCheck() {}

  /** @param use what the port is for, as people call it */
  record Port(String use, String address, int port) {}

  /**
   * Tries each port.
   *
   * @throws CommandFailed naming the ports that are taken, and by whom
   */
  static void requireFree(List<Port> ports, PortOwner owner) {
    List<String> taken = ports.stream().flatMap(port -> problem(port, owner)).toList();
    if (!taken.isEmpty()) {
      String shown = String.join("\n", taken.subList(0, Math.min(SHOWN, taken.size())));
      String more = taken.size() > SHOWN ? "\nand " + (taken.size() - SHOWN) + " more" : "";
      throw new CommandFailed(shown + more + "\nNothing was started.");
    }
  }

  /** Whether this machine lets a socket be bound to the address. */
  static boolean isUsable(String address) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static Stream<String> problem(Port port, PortOwner owner) {
    var address = new InetSocketAddress(InetAddress.ofLiteral(port.address()), port.port());
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return Stream.empty();
    } catch (IOException failure) {
      String why =
          failure.getMessage() != null && failure.getMessage().contains("in use")
              ? "is taken by " + owner.of(address)
              : "can't be used: " + failure.getMessage();
      return Stream.of(
          "port %d on %s, for %s, %s".formatted(port.port(), port.address(), port.use(), why));
    }
  }
}
