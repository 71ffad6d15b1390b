package dev.ballast.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Random health checks that use every key there is, each as it could have been read. */
record RandomHealthCheck(RandomGenerator random) {
  HealthCheck healthCheck() {
    var type = oneOf(HealthCheck.Type.values());
    return new HealthCheck(
        type,
        question(type),
        connection(type),
        new ProbePace(millis(100), upTo(50), millis(10), millis(100), millis(100), millis(0)),
        judgement());
  }

  private HealthCheck.Question question(HealthCheck.Type type) {
    boolean isHttp = type.isHttp();
    boolean isGrpc = type == HealthCheck.Type.GRPC;
    boolean isUdp = type == HealthCheck.Type.UDP;
    return new HealthCheck.Question(
        isHttp ? oneOf("GET", "HEAD", "PURGE") : "GET",
        oneOf("/", "/a b", "/?x=1"),
        isHttp || isGrpc ? maybe(() -> "h.test") : Optional.empty(),
        isHttp && random.nextBoolean()
            ? List.of(new HeaderEdits.Field("a", "1"), new HeaderEdits.Field("x-b", ""))
            : List.of(),
        isUdp ? oneOf("ping", "{\"a\": 1}\n") : "",
        isGrpc ? oneOf("", "a.B") : "",
        isGrpc && random.nextBoolean(),
        type == HealthCheck.Type.COMMAND ? oneOf(List.of("a"), List.of("/b", "-c d")) : List.of(),
        expectation(isHttp, isUdp));
  }

  private HealthCheck.Expectation expectation(boolean isHttp, boolean isUdp) {
    var usual = HealthCheck.Expectation.SUCCESS;
    int first = 100 + upTo(400);
    var statuses = List.of(new StatusRange(first, first + upTo(99)), new StatusRange(204, 204));
    Optional<String> body = isHttp || isUdp ? maybe(() -> oneOf("ok", "a: b")) : Optional.empty();
    return new HealthCheck.Expectation(
        isHttp && random.nextBoolean() ? statuses : usual.statuses(),
        body,
        isHttp && body.isEmpty() ? maybe(() -> "^o+k$") : Optional.empty());
  }

  private HealthCheck.Connection connection(HealthCheck.Type type) {
    boolean isStream = type != HealthCheck.Type.UDP && type != HealthCheck.Type.COMMAND;
    return new HealthCheck.Connection(
        type.mayHaveTls()
            ? maybe(
                () ->
                    new BackendTls(
                        true, maybe(() -> "ca"), maybe(() -> "h.test"), Optional.empty()))
            : Optional.empty(),
        isStream ? maybe(() -> oneOf(ProxyProtocol.values())) : Optional.empty(),
        maybe(() -> 1 + upTo(65_534)));
  }

  private Judgement judgement() {
    var accrual =
        new Judgement.Accrual(
            oneOf(1.0, 4.5, 64.0),
            10 + upTo(990),
            1 + upTo(9),
            oneOf(Judgement.Estimator.values()),
            millis(1),
            millis(0),
            millis(1),
            Duration.ofMinutes(10));
    var rule = oneOf(Judgement.Rule.values());
    return new Judgement(
        1 + upTo(99),
        rule == Judgement.Rule.COUNT ? 1 + upTo(99) : Judgement.DEFAULT_FALL,
        rule,
        oneOf(Judgement.Accrual.DEFAULT, accrual));
  }

  private Duration millis(int least) {
    return Duration.ofMillis(least + upTo(59_000));
  }

  private int upTo(int most) {
    return random.nextInt(most + 1);
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> Optional<T> maybe(Supplier<T> supplier) {
    return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
  }
}
