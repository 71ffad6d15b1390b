package dev.ballast.model;

import tools.jackson.databind.node.ObjectNode;

/** Writes health checks: what every one has, and of the rest what is not as is usual. */
final class HealthCheckWriter {
  private HealthCheckWriter() {}

  static void write(ObjectNode node, HealthCheck check) {
    node.put("type", Codec.text(check.type()));
    question(node, check.question());
    check.connection().tls().ifPresent(tls -> PoolWriter.tls(node.putObject("tls"), tls));
    check
        .connection()
        .proxyProtocol()
        .ifPresent(version -> node.put("proxyProtocol", Codec.text(version)));
    check.connection().port().ifPresent(port -> node.put("port", port));
    pace(node, check.pace());
    judgement(node, check.judgement());
  }

  private static void question(ObjectNode node, HealthCheck.Question question) {
    if (!question.method().equals(HealthCheck.Question.DEFAULT_METHOD)) {
      node.put("method", question.method());
    }
    node.put("path", question.path());
    question.host().ifPresent(host -> node.put("host", host));
    if (!question.headers().isEmpty()) {
      ObjectNode headers = node.putObject("headers");
      question.headers().forEach(line -> headers.put(line.name(), line.value()));
    }
    put(node, "send", question.send());
    put(node, "service", question.service());
    if (question.isWatched()) {
      node.put("watch", true);
    }
    if (!question.command().isEmpty()) {
      node.set("command", ResourceWriter.texts(question.command()));
    }
    expectation(node, question.expect());
  }

  private static void put(ObjectNode node, String key, String text) {
    if (!text.isEmpty()) {
      node.put(key, text);
    }
  }

  private static void expectation(ObjectNode node, HealthCheck.Expectation expect) {
    var usual = HealthCheck.Expectation.SUCCESS;
    if (expect.equals(usual)) {
      return;
    }
    ObjectNode wanted = node.putObject("expect");
    if (!expect.statuses().equals(usual.statuses())) {
      wanted.set("status", ResourceWriter.texts(StatusRange.texts(expect.statuses())));
    }
    expect.body().ifPresent(text -> wanted.put("body", text));
    expect.bodyRegex().ifPresent(regex -> wanted.put("bodyRegex", regex));
  }

  private static void pace(ObjectNode node, ProbePace pace) {
    node.put("interval", Durations.text(pace.interval()));
    if (pace.jitterPercent() != ProbePace.DEFAULT_JITTER_PERCENT) {
      node.put("jitter", pace.jitterPercent() + "%");
    }
    node.put("timeout", Durations.text(pace.timeout()));
    if (!pace.unhealthyInterval().equals(pace.interval())) {
      node.put("unhealthyInterval", Durations.text(pace.unhealthyInterval()));
    }
    if (!pace.initialInterval().equals(pace.interval())) {
      node.put("initialInterval", Durations.text(pace.initialInterval()));
    }
    if (!pace.grace().isZero()) {
      node.put("grace", Durations.text(pace.grace()));
    }
  }

  private static void judgement(ObjectNode node, Judgement judgement) {
    if (judgement.rise() != Judgement.DEFAULT_RISE) {
      node.put("rise", judgement.rise());
    }
    if (judgement.fall() != Judgement.DEFAULT_FALL) {
      node.put("fall", judgement.fall());
    }
    var d = Judgement.Accrual.DEFAULT;
    if (judgement.rule() == Judgement.Rule.PHI && judgement.accrual().equals(d)) {
      return;
    }
    ObjectNode detection = node.putObject("detection");
    detection.put("type", Codec.text(judgement.rule()));
    if (!judgement.accrual().equals(d)) {
      accrual(detection, judgement.accrual());
    }
  }

  private static void accrual(ObjectNode node, Judgement.Accrual accrual) {
    double threshold = accrual.threshold();
    if (threshold == Math.rint(threshold)) {
      node.put("threshold", (int) threshold);
    } else {
      node.put("threshold", threshold);
    }
    node.put("window", accrual.window())
        .put("minSamples", accrual.minSamples())
        .put("estimator", Codec.text(accrual.estimator()))
        .put("floor", Durations.text(accrual.floor()))
        .put("acceptablePause", Durations.text(accrual.acceptablePause()))
        .put("firstEstimate", Durations.text(accrual.firstEstimate()))
        .put("cap", Durations.text(accrual.cap()));
  }
}
