package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoggingTest {
  @Test
  void shouldLeaveAConfigurationFileItsWay() {
    assertThat(System.getProperty("logback.configurationFile")).isNotNull();
    assertThat(new Logging().configure(new LoggerContext()))
        .isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
  }

  @Test
  void shouldWriteOneLineForAnEventAndLeaveTheStreamOpen() {
    var context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.start();
    var stream = new Closeable();
    Logging.start(context, stream);
    context.getLogger("dev.ballast.proxy.ProxyServer").info("it starts");
    context.getLogger("org.eclipse.jetty.Server").info("chatter");
    context.getLogger("org.eclipse.jetty.Server").warn("trouble");
    context.stop();
    assertThat(stream.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("\\d{4}-\\S+ INFO  ProxyServer: it starts"),
            line -> assertThat(line).endsWith("WARN  Server: trouble"));
    assertThat(stream.isClosed).isFalse();
  }

  private static final class Closeable extends ByteArrayOutputStream {
    boolean isClosed;

    @Override
    public void close() throws IOException {
      isClosed = true;
    }
  }
}
