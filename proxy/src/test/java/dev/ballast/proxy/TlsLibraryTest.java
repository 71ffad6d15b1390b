package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.FleetSecrets;
import dev.ballast.model.TlsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both TLS libraries, each with itself. */
class TlsLibraryTest {
  private static final Authority CA = Authority.named("Library CA");
  private static final int TURNS = 20;

  private final OpenedSecrets secrets =
      new OpenedSecrets(Optional.empty(), FleetSecrets.random(new SecureRandom()));

  private TlsContext server(TlsLibrary library) throws Exception {
    var how = new ServerTls(secrets.certificate("a"), TlsVersion.TLS_1_2, true, null, false);
    return library.server(how, secrets.ticketKeys());
  }

  private TlsContext client(TlsLibrary library) throws Exception {
    return library.client(new ClientTls(true, secrets.certificate("ca"), "a.test", null));
  }

  private static void exchange(EmbeddedChannel one, EmbeddedChannel other) {
    for (int turn = 0; turn < TURNS; turn++) {
      move(one, other);
      move(other, one);
    }
  }

  private static void move(EmbeddedChannel from, EmbeddedChannel to) {
    from.runPendingTasks();
    for (ByteBuf out = from.readOutbound(); out != null; out = from.readOutbound()) {
      to.writeInbound(out);
    }
  }

  @ParameterizedTest
  @EnumSource(TlsLibrary.class)
  void shouldPassOnWhatIsSaid(TlsLibrary library) throws Exception {
    secrets.next(
        new Configuration().put(CA.issue("a.test").resource("a")).put(CA.resource("ca")).next());
    TlsContext serverContext = server(library);
    TlsContext clientContext = client(library);
    SslHandler accepting = serverContext.accept(Unpooled.buffer().alloc());
    SslHandler connecting = clientContext.connect(Unpooled.buffer().alloc(), "a.test", 443);
    var server = new EmbeddedChannel(accepting);
    var client = new EmbeddedChannel(connecting);
    exchange(client, server);
    client.writeOutbound(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
    exchange(client, server);

    assertThat(accepting.handshakeFuture().isSuccess()).isTrue();
    assertThat(accepting.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
    ByteBuf received = server.readInbound();
    assertThat(received.toString(StandardCharsets.US_ASCII)).isEqualTo("hello");

    received.release();
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
    serverContext.release();
    clientContext.release();
  }
}
