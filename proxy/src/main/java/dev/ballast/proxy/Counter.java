package dev.ballast.proxy;

/** What every event loop counts, with the metric that shows the sum. */
enum Counter {
  CONNECTIONS_ACCEPTED("connections_accepted_total", "Client connections accepted"),
  CONNECTIONS_REFUSED(
      "connections_refused_total",
      "Client connections closed at once, at the limit client-connections"),
  CONNECTIONS_REFUSED_BY_ADDRESS(
      "connections_refused_by_address_total",
      "Client connections closed at once, at the limit client-connections-per-address"),
  ACCEPT_FAILURES(
      "accept_failures_total",
      "Times a connection could not be accepted, for want of file descriptors"),
  CONNECTIONS_EXPIRED(
      "connections_expired_total", "Client connections closed because no further request came"),
  CONNECTIONS_OPEN("connections_open", "Client connections open now"),
  CONNECTIONS_LINGERING(
      "connections_lingering", "Client connections that had their last answer and may still send"),
  CONNECTIONS_SHED(
      "connections_shed_total",
      "Client connections that were cut off because the buffers of all took too much"),
  LINGERS_CUT_OFF(
      "lingers_cut_off_total",
      "Client connections closed because they sent on and on after their last answer"),
  HANDSHAKES_PENDING("handshakes_pending", "TLS handshakes with clients under way now"),
  TLS_BROKEN(
      "tls_broken_total",
      "TLS connections of clients that were closed for breaking its rules after the handshake"),
  PASSED_THROUGH("passed_through_total", "TLS connections passed on unopened"),
  REQUESTS("requests_total", "Requests whose head was read"),
  ANSWERS_2XX("answers_2xx_total", "Final answers of class 2xx, our own included"),
  ANSWERS_3XX("answers_3xx_total", "Final answers of class 3xx, our own included"),
  ANSWERS_4XX("answers_4xx_total", "Final answers of class 4xx, our own included"),
  ANSWERS_5XX("answers_5xx_total", "Final answers of class 5xx, our own included"),
  STREAMS("streams_total", "TCP connections passed on"),
  STREAMS_OPEN("streams_open", "TCP connections and upgraded connections passed on now"),
  UPGRADES("upgrades_total", "Connections that switched to another protocol, such as WebSocket"),
  BYTES_IN("received_bytes_total", "Bytes received from clients"),
  BYTES_OUT("sent_bytes_total", "Bytes of bodies and streams passed to clients"),
  READ_PAUSES("read_pauses_total", "Times reading stopped because the other side was slower"),
  CONNECTS_PENDING("connects_pending", "Connects to backends under way now"),
  UPSTREAMS_OPENED("upstreams_opened_total", "Connections to backends opened"),
  UPSTREAMS_REUSED(
      "upstreams_reused_total", "Times an idle connection to a backend was used again"),
  UPSTREAMS_IDLE("upstreams_idle", "Idle connections to backends now"),
  UPSTREAMS_NOT_KEPT(
      "upstreams_not_kept_total", "Connections to backends closed because enough were idle"),
  UPSTREAMS_EXPIRED(
      "upstreams_expired_total", "Connections to backends closed after being idle for long"),
  FORWARDED_CHAINS_CUT(
      "forwarded_chains_cut_total",
      "Requests through more trusted proxies than are looked at, at the limit forwarded-hops"),
  ACCESS_LOG_LINES("access_log_lines_total", "Lines of the access log"),
  ACCESS_LOG_CUT(
      "access_log_cut_total", "Lines of the access log in which something was too long and cut"),
  ACCESS_LOG_DROPPED(
      "access_log_dropped_total",
      "Lines of the access log dropped because the writer was too slow"),
  RETRIES("retries_total", "Times a request went to another backend or out once more"),
  RETRIES_OVER_BUDGET(
      "retries_over_budget_total", "Times a request was not tried again for want of budget"),
  MISHAPS(
      "mishaps_total",
      "Connections ended because their turn failed with an error of the LB server's own"),
  PICKS_REPAIRED(
      "picks_repaired_total",
      "Times an algorithm of a user's own failed, so that a weighted round robin picked in its place"),
  REPLAYS_GIVEN_UP(
      "replays_given_up_total", "Requests too large to be kept for going out once more");

  private static final String COUNTER_SUFFIX = "_total";

  private final String metric;
  private final String help;

  Counter(String metric, String help) {
    this.metric = metric;
    this.help = help;
  }

  /** Which one counts final answers of this status. */
  static Counter ofAnswer(int status) {
    return switch (status / 100) {
      case 2 -> ANSWERS_2XX;
      case 3 -> ANSWERS_3XX;
      case 4 -> ANSWERS_4XX;
      default -> ANSWERS_5XX;
    };
  }

  /** Without the prefix of the module. */
  String metric() {
    return metric;
  }

  String help() {
    return help;
  }

  /** Whether it only grows. */
  boolean isTotal() {
    return metric.endsWith(COUNTER_SUFFIX);
  }
}
