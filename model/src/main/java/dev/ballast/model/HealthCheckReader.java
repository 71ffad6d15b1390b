package dev.ballast.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads health checks. */
final class HealthCheckReader {
  /** Keys that only some types know. A path is accepted of all, and used by those of HTTP. */
  private static final Map<String, Set<HealthCheck.Type>> OF_SOME = ofSome();

  private HealthCheckReader() {}

  private static Map<String, Set<HealthCheck.Type>> ofSome() {
    var http =
        EnumSet.of(
            HealthCheck.Type.HTTP,
            HealthCheck.Type.HTTPS,
            HealthCheck.Type.H2,
            HealthCheck.Type.H2C);
    var withTls =
        EnumSet.of(
            HealthCheck.Type.HTTPS,
            HealthCheck.Type.H2,
            HealthCheck.Type.GRPC,
            HealthCheck.Type.TCP);
    var keys = new LinkedHashMap<String, Set<HealthCheck.Type>>();
    keys.put("method", http);
    keys.put(
        "host",
        EnumSet.of(
            HealthCheck.Type.HTTP,
            HealthCheck.Type.HTTPS,
            HealthCheck.Type.H2,
            HealthCheck.Type.H2C,
            HealthCheck.Type.GRPC));
    keys.put("headers", http);
    keys.put(
        "expect",
        EnumSet.of(
            HealthCheck.Type.HTTP,
            HealthCheck.Type.HTTPS,
            HealthCheck.Type.H2,
            HealthCheck.Type.H2C,
            HealthCheck.Type.UDP));
    keys.put("send", EnumSet.of(HealthCheck.Type.UDP));
    keys.put("service", EnumSet.of(HealthCheck.Type.GRPC));
    keys.put("watch", EnumSet.of(HealthCheck.Type.GRPC));
    keys.put("command", EnumSet.of(HealthCheck.Type.COMMAND));
    keys.put("tls", withTls);
    keys.put(
        "proxyProtocol",
        EnumSet.complementOf(EnumSet.of(HealthCheck.Type.UDP, HealthCheck.Type.COMMAND)));
    return keys;
  }

  static Optional<HealthCheck> read(Fields fields) {
    var type = fields.constant("type", HealthCheck.Type.class).orElse(HealthCheck.Type.HTTP);
    boolean isRightType = checkKeys(fields, type);
    var question = question(fields, type);
    var tls = fields.mapping("tls").flatMap(PoolReader::tls);
    var proxyProtocol = fields.constant("proxyProtocol", ProxyProtocol.class);
    Optional<Integer> port =
        fields.has("port")
            ? Optional.of(fields.requiredInteger("port", 1, 65_535))
            : Optional.empty();
    var pace = pace(fields);
    var judgement = judgement(fields);
    fields.finish();
    if (!isRightType || question.isEmpty() || pace.isEmpty() || judgement.isEmpty()) {
      return Optional.empty();
    }
    var connection = new HealthCheck.Connection(tls, proxyProtocol, port);
    return fields.make(
        () -> new HealthCheck(type, question.get(), connection, pace.get(), judgement.get()));
  }

  private static boolean checkKeys(Fields fields, HealthCheck.Type type) {
    boolean isRight = true;
    for (var entry : OF_SOME.entrySet()) {
      String key = entry.getKey();
      if (fields.has(key) && !entry.getValue().contains(type)) {
        String types = entry.getValue().stream().map(Codec::text).collect(Collectors.joining(", "));
        fields.problem(key, key + " is for type " + types + ", not for " + Codec.text(type));
        isRight = false;
      }
    }
    return isRight;
  }

  private static Optional<HealthCheck.Question> question(Fields fields, HealthCheck.Type type) {
    String method =
        fields.text("method", HttpSyntax::method).orElse(HealthCheck.Question.DEFAULT_METHOD);
    String path = fields.text("path").orElse(HealthCheck.DEFAULT_PATH);
    var host = fields.text("host", LoadBalancerReader::host);
    var headers = new ArrayList<HeaderEdits.Field>();
    fields.mapping("headers").ifPresent(inner -> readHeaders(inner, headers));
    headers.sort(Comparator.comparing(HeaderEdits.Field::name));
    String send = fields.text("send").orElse("");
    String service = fields.text("service").orElse("");
    boolean isWatched = fields.fact("watch", false);
    List<String> command = fields.texts("command", HealthCheck.Question.WORD_LIMIT, word -> word);
    var expect =
        fields.has("expect")
            ? fields.mapping("expect").flatMap(inner -> expectation(inner, type))
            : Optional.of(HealthCheck.Expectation.SUCCESS);
    return expect.flatMap(
        wanted ->
            fields.make(
                () ->
                    new HealthCheck.Question(
                        method, path, host, headers, send, service, isWatched, command, wanted)));
  }

  private static void readHeaders(Fields fields, List<HeaderEdits.Field> headers) {
    var names = new HashSet<String>();
    for (String key : fields.keys()) {
      try {
        String name = HttpSyntax.writableFieldName(key);
        if (!names.add(name)) {
          fields.problem(key, "stands here twice: headers are not told apart by case");
        }
        String value = fields.text(key, HttpSyntax::fieldValue).orElse("");
        headers.add(new HeaderEdits.Field(name, value));
      } catch (IllegalArgumentException e) {
        String hint = key.equalsIgnoreCase("host") ? "healthCheck.host sets the Host" : null;
        fields.problem(key, hint == null ? String.valueOf(e.getMessage()) : hint);
      }
    }
  }

  private static Optional<HealthCheck.Expectation> expectation(
      Fields fields, HealthCheck.Type type) {
    var statuses = HealthCheck.Expectation.SUCCESS.statuses();
    if (type.isHttp() && fields.has("status")) {
      statuses = StatusRange.read(fields, "status", HealthCheck.Expectation.STATUS_LIMIT);
      if (statuses.isEmpty()) {
        return fields.hasNone("status")
            ? fields.problem("status", "has no status: 200-299, 304")
            : Optional.empty();
      }
    }
    var body = fields.text("body");
    Optional<String> regex = Optional.empty();
    if (type.isHttp()) {
      regex = fields.text("bodyRegex", Regexes::require);
    }
    fields.finish();
    var wanted = statuses;
    var pattern = regex;
    return fields.make(() -> new HealthCheck.Expectation(wanted, body, pattern));
  }

  private static Optional<ProbePace> pace(Fields fields) {
    var interval = fields.duration("interval", HealthCheck.DEFAULT_INTERVAL);
    int jitter = fields.percent("jitter", ProbePace.DEFAULT_JITTER_PERCENT, 0, 50);
    var timeout = fields.duration("timeout", HealthCheck.DEFAULT_TIMEOUT);
    var unhealthy = fields.duration("unhealthyInterval", interval);
    var initial = fields.duration("initialInterval", interval);
    var grace = fields.duration("grace", java.time.Duration.ZERO);
    return fields.make(() -> new ProbePace(interval, jitter, timeout, unhealthy, initial, grace));
  }

  private static Optional<Judgement> judgement(Fields fields) {
    int rise = fields.integer("rise", Judgement.DEFAULT_RISE, 1, 100);
    int fall = fields.integer("fall", Judgement.DEFAULT_FALL, 1, 100);
    var detection = fields.mapping("detection").orElseGet(() -> fields.empty("detection"));
    var rule = detection.constant("type", Judgement.Rule.class).orElse(Judgement.Rule.PHI);
    var accrual = accrual(detection);
    detection.finish();
    if (fields.has("fall") && rule == Judgement.Rule.PHI) {
      return fields.problem(
          "fall", "fall counts failures, which detection: {type: count} does; phi has threshold");
    }
    return accrual.flatMap(how -> fields.make(() -> new Judgement(rise, fall, rule, how)));
  }

  private static Optional<Judgement.Accrual> accrual(Fields fields) {
    var d = Judgement.Accrual.DEFAULT;
    double threshold = fields.number("threshold", d.threshold(), 1, 64);
    int window = fields.integer("window", d.window(), 10, 1_000);
    int minSamples = fields.integer("minSamples", d.minSamples(), 1, 1_000);
    var estimator = fields.constant("estimator", Judgement.Estimator.class).orElse(d.estimator());
    var floor = fields.duration("floor", d.floor());
    var pause = fields.duration("acceptablePause", d.acceptablePause());
    var first = fields.duration("firstEstimate", d.firstEstimate());
    var cap = fields.duration("cap", d.cap());
    return fields.make(
        () ->
            new Judgement.Accrual(
                threshold, window, minSamples, estimator, floor, pause, first, cap));
  }
}
