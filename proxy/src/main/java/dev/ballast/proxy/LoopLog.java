package dev.ballast.proxy;

import dev.ballast.model.AccessLogField;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The access log as one event loop writes it: formats each line into the same bytes, and hands it to the writer's ring. Never
 * waits, and allocates nothing in steady state.
 */
final class LoopLog {
  private static final byte[] OPENING = Grammar.ascii("{");
  private static final byte[] COMMA = Grammar.ascii(",");
  private static final byte[] CLOSING = Grammar.ascii("}");
  private static final byte[] NOTHING = {};
  private static final byte[] ABSENT = Grammar.ascii("-");
  private static final String BROKEN_STREAM = "reset";
  private static final int SECOND_LENGTH = 19;
  private static final int TIME_LENGTH = 24;
  private static final int MILLIS = 1_000;
  private static final int KEPT_ENTRIES = 1_024;

  private final Tally<Counter> counts;
  private final LogRing ring;
  private final InstantSource clock;
  private final int valueLimit;
  private final LogLine line;
  private final ArrayDeque<LogEntry> unused = new ArrayDeque<>();
  private final byte[] time = new byte[TIME_LENGTH];
  private long timeSecond = Long.MIN_VALUE;

  LoopLog(Limits limits, Tally<Counter> counts, LogRing ring, InstantSource clock) {
    this.counts = counts;
    this.ring = ring;
    this.clock = clock;
    this.valueLimit = limits.of(Limit.ACCESS_LOG_VALUE_BYTES);
    this.line = new LogLine(limits.of(Limit.ACCESS_LOG_LINE_BYTES), valueLimit);
  }

  /** For an exchange, until {@link #giveBack}. */
  LogEntry lend() {
    LogEntry kept = unused.pollLast();
    return kept == null ? new LogEntry(valueLimit) : kept;
  }

  void giveBack(LogEntry entry) {
    if (unused.size() < KEPT_ENTRIES) {
      unused.addLast(entry);
    }
  }

  void write(LogPlan plan, Account account) {
    line.begin(plan.isJson());
    if (plan.isJson()) {
      writeJson(plan.parts(), account);
    } else {
      writeTemplate(plan.parts(), account);
    }
    counts.increment(Counter.ACCESS_LOG_LINES);
    if (line.isCut()) {
      counts.increment(Counter.ACCESS_LOG_CUT);
    }
    if (!ring.offer(line.bytes(), line.length())) {
      counts.increment(Counter.ACCESS_LOG_DROPPED);
    }
  }

  /** What has no value, or finds no room, is left out. */
  private void writeJson(LogPlan.Part[] parts, Account account) {
    line.put(OPENING);
    for (LogPlan.Part part : parts) {
      AccessLogField field = part.field();
      int before = line.length();
      line.put(before == OPENING.length ? NOTHING : COMMA);
      line.put(part.text());
      if (field != null && !write(field, account)) {
        line.takeBack(before);
      } else if (line.isFull()) {
        line.cutTo(before);
      }
    }
    line.end(CLOSING);
  }

  private void writeTemplate(LogPlan.Part[] parts, Account account) {
    for (int i = 0; i < parts.length && !line.isFull(); i++) {
      AccessLogField field = parts[i].field();
      line.put(parts[i].text());
      if (field != null && !write(field, account)) {
        line.put(ABSENT);
      }
    }
    if (line.isFull()) {
      line.cutTo(line.length());
    }
    line.end(NOTHING);
  }

  /** False if the exchange has no such value. */
  private boolean write(AccessLogField field, Account account) {
    return switch (field) {
      case TIME -> writeTime(account);
      case CLIENT -> writeClient(account);
      case CLIENT_PORT -> number(account.peer().client().getPort());
      case LISTENER -> text(key(account).listener());
      case LOAD_BALANCER -> text(key(account).balancer());
      case ROUTE -> text(key(account).route());
      case POOL -> account.backend() != null && text(account.backend().pool().name());
      case BACKEND -> account.backend() != null && text(account.backend().name());
      case METHOD -> ofRequest(LogEntry.METHOD, account);
      case HOST -> ofRequest(LogEntry.HOST, account);
      case PATH -> ofRequest(LogEntry.PATH, account);
      case QUERY -> ofRequest(LogEntry.QUERY, account);
      case USER_AGENT -> ofRequest(LogEntry.USER_AGENT, account);
      case REFERER -> ofRequest(LogEntry.REFERER, account);
      case PROTOCOL -> writeProtocol(account);
      case STATUS -> account.status() > 0 && number(account.status());
      case REASON -> writeReason(account);
      case BYTES_IN -> number(account.bytesIn());
      case BYTES_OUT -> number(account.bytesOut());
      case DURATION -> seconds(account.nanos());
      case FIRST_BYTE -> account.firstByteNanos() >= 0 && seconds(account.firstByteNanos());
      case TRIES -> number(account.tries());
      case REQUEST_ID -> writeId(account.origin());
      case TLS_VERSION -> account.peer().tls() != null && text(account.peer().tls().version());
      case SNI -> writeServerName(account.peer().tls());
    };
  }

  private static RouteAccount.Key key(Account account) {
    RouteAccount.Key names = account.books().names();
    return names == null ? RouteAccount.Key.UNKNOWN : names;
  }

  private boolean text(String text) {
    line.value(text);
    return true;
  }

  private boolean number(long number) {
    line.number(number);
    return true;
  }

  private boolean seconds(long nanos) {
    line.seconds(nanos);
    return true;
  }

  private boolean ofRequest(int value, Account account) {
    LogEntry entry = account.entry();
    if (entry == null || entry.isEmpty(value)) {
      return false;
    }
    line.value(entry.bytes(), entry.start(value), entry.end(value));
    return true;
  }

  private boolean writeClient(Account account) {
    Origin origin = account.origin();
    if (origin == null) {
      byte[] text = account.peer().text();
      line.value(text, 0, text.length);
    } else {
      line.value(origin.client(), 0, origin.clientLength());
    }
    return true;
  }

  private boolean writeId(@Nullable Origin origin) {
    if (origin == null || origin.idLength() == 0) {
      return false;
    }
    line.value(origin.id(), 0, origin.idLength());
    return true;
  }

  private boolean writeServerName(@Nullable TlsSession tls) {
    byte[] name = tls == null ? null : tls.serverName();
    if (name == null) {
      return false;
    }
    line.value(name, 0, name.length);
    return true;
  }

  private boolean writeReason(Account account) {
    Reason reason = account.reason();
    return reason == null ? account.isBroken() && text(BROKEN_STREAM) : text(reason.token());
  }

  private boolean writeProtocol(Account account) {
    LogEntry entry = account.entry();
    if (entry == null) {
      return account.isStream() && text("TCP");
    }
    return text(entry.isHttp10() ? "HTTP/1.0" : "HTTP/1.1");
  }

  /** When it began: {@code 2026-03-01T12:00:00.000Z}. */
  private boolean writeTime(Account account) {
    long millis = clock.millis() - account.nanos() / 1_000_000;
    long second = Math.floorDiv(millis, MILLIS);
    if (second != timeSecond) {
      timeSecond = second;
      byte[] text = Grammar.ascii(Instant.ofEpochSecond(second).toString());
      System.arraycopy(text, 0, time, 0, SECOND_LENGTH);
    }
    int rest = (int) (millis - second * MILLIS);
    time[SECOND_LENGTH] = '.';
    time[SECOND_LENGTH + 1] = (byte) ('0' + rest / 100);
    time[SECOND_LENGTH + 2] = (byte) ('0' + rest / 10 % 10);
    time[SECOND_LENGTH + 3] = (byte) ('0' + rest % 10);
    time[SECOND_LENGTH + 4] = 'Z';
    line.value(time, 0, TIME_LENGTH);
    return true;
  }
}
