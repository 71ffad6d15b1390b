package dev.ballast.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.LoggerFactory;

/**
 * Where the roles log: one line per event, of Ballast's own classes from INFO, of libraries from WARN. Set up in code,
 * because looking for a configuration file and reading it costs a good part of a role's start. {@code
 * -Dlogback.configurationFile} still has its way.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n";
  private static final int QUEUED_EVENTS = 1_024;
  private static final String FILE_PROPERTY = "logback.configurationFile";

  /** For Logback, which finds this class as a service. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    return System.getProperty(FILE_PROPERTY) == null
        ? ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY
        : ExecutionStatus.INVOKE_NEXT_IF_ANY;
  }

  /** Sends the log to a stream, until {@link #stop}; the stream stays open. */
  static void start(OutputStream target) {
    if (System.getProperty(FILE_PROPERTY) == null) {
      start(context(), target);
    }
  }

  static void start(LoggerContext context, OutputStream target) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    var appender = new OutputStreamAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(new Lent(target));
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(behindAQueue(appender, context));
    context.getLogger("dev.ballast").setLevel(Level.INFO);
  }

  /** A reader of the log that stands still must not hold up an event loop: what doesn't fit into the queue is lost. */
  private static AsyncAppender behindAQueue(
      OutputStreamAppender<ILoggingEvent> appender, LoggerContext context) {
    var queue = new AsyncAppender();
    queue.setContext(context);
    queue.setQueueSize(QUEUED_EVENTS);
    queue.setNeverBlock(true);
    queue.addAppender(appender);
    queue.start();
    return queue;
  }

  /** Writes out what is pending. */
  static void stop() {
    context().stop();
  }

  /** What is said last, why a process ends, comes after the log. */
  private static final class Lent extends FilterOutputStream {
    Lent(OutputStream owned) {
      super(owned);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
