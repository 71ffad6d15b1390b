package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortOwnerTest {
  private static final String TABLE =
      """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
         1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
      """;

  @TempDir Path proc;

  @Test
  void shouldFindTheProcessThatListens() throws IOException {
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(proc.resolve("net/tcp"), TABLE);
    Files.createDirectories(proc.resolve("77/fd"));
    Files.createSymbolicLink(proc.resolve("77/fd/5"), Path.of("socket:[4711]"));
    Files.writeString(proc.resolve("77/comm"), "nginx\n");
    Files.createDirectories(proc.resolve("78/fd"));
    Files.createSymbolicLink(proc.resolve("78/fd/5"), Path.of("socket:[4712]"));

    assertThat(new PortOwner(proc).find(8080)).contains("process 77 (nginx)");
    assertThat(new PortOwner(proc).find(8081)).as("connected, not listening").isEmpty();
    assertThat(new PortOwner(proc).find(80)).isEmpty();
  }

  @Test
  void shouldFindNothingWhereItMayNotLook() {
    assertThat(new PortOwner(proc.resolve("missing")).find(8080)).isEmpty();
  }

  @Test
  void shouldFindThisProcess() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(PortOwner.ofThisMachine().find(server.getLocalPort()))
          .contains("process " + ProcessHandle.current().pid() + " (java)");
    }
  }
}
