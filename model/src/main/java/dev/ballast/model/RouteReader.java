package dev.ballast.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads routes: what they match and what becomes of those requests. */
final class RouteReader {
  private static final List<String> ACTIONS = List.of("pool", "split", "redirect", "respond");
  private static final Pattern DOLLAR = Pattern.compile("\\$(.?)");
  private static final Pattern HOST_AND_PORT = Pattern.compile("(.*?)(?::([0-9]{1,5}))?");

  private RouteReader() {}

  static Optional<Route> route(Fields fields) {
    var name = fields.optionalName("name");
    var match = fields.mapping("match").flatMap(MatchReader::match).orElse(RouteMatch.ALL);
    var action = action(fields, match);
    var rewrite =
        fields.mapping("rewrite").flatMap(inner -> rewrite(inner, match)).orElse(Rewrite.NONE);
    var requestHeaders = edits(fields, "requestHeaders");
    var responseHeaders = edits(fields, "responseHeaders");
    var maxBody = fields.bytes("maxBody", LoadBalancer.BODY_LIMIT);
    if (fields.has("redirect") || fields.has("respond")) {
      refuseWhatOnlyBackendsSee(fields);
    }
    fields.finish();
    return action.flatMap(
        what ->
            fields.make(
                () ->
                    new Route(
                        name, match, what, rewrite, requestHeaders, responseHeaders, maxBody)));
  }

  private static void refuseWhatOnlyBackendsSee(Fields fields) {
    for (String key : List.of("rewrite", "requestHeaders")) {
      if (fields.has(key)) {
        fields.problem(key, "changes what a backend sees, but this route goes to no pool");
      }
    }
  }

  private static Optional<RouteAction> action(Fields fields, RouteMatch match) {
    var written = ACTIONS.stream().filter(fields::has).toList();
    if (written.isEmpty()) {
      return fields.problem("pool", "is required, or one of split, redirect and respond instead");
    }
    if (written.size() > 1) {
      return fields.problem(
          written.get(1), "a route has one of " + String.join(", ", ACTIONS) + ", not several");
    }
    return switch (written.getFirst()) {
      case "pool" -> fields.optionalName("pool").map(RouteAction.ToPool::new);
      case "split" -> split(fields);
      case "redirect" -> fields.mapping("redirect").flatMap(inner -> redirect(inner, match));
      default -> fields.mapping("respond").flatMap(RouteReader::respond);
    };
  }

  private static Optional<RouteAction> split(Fields fields) {
    List<RouteAction.WeightedPool> shares =
        fields.elements("split", RouteAction.Split.POOL_LIMIT, RouteReader::share);
    if (shares.isEmpty() && !fields.hasNone("split")) {
      return Optional.empty();
    }
    return fields.make(() -> new RouteAction.Split(shares));
  }

  private static Optional<RouteAction.WeightedPool> share(Fields fields) {
    String pool = fields.name("pool");
    int weight = fields.integer("weight", 1, 0, RouteAction.WeightedPool.WEIGHT_LIMIT);
    fields.finish();
    return fields.make(() -> new RouteAction.WeightedPool(pool, weight));
  }

  private static Optional<RouteAction> redirect(Fields fields, RouteMatch match) {
    int status = fields.integer("status", RouteAction.Redirect.DEFAULT_STATUS, 300, 399);
    var scheme = fields.text("scheme", RouteReader::scheme);
    var host = fields.text("host", LoadBalancerReader::host);
    Optional<Integer> port =
        fields.has("port") ? Optional.of(fields.integer("port", 1, 1, 65_535)) : Optional.empty();
    var path = fields.text("path", HttpSyntax::writtenPath);
    var prefix = prefix(fields, match);
    fields.finish();
    if (Stream.of("scheme", "host", "port", "path", "prefix").noneMatch(fields::has)) {
      return fields.problem("", "says nowhere to go: give it scheme, host, port, path or prefix");
    }
    return fields.make(() -> new RouteAction.Redirect(status, scheme, host, port, path, prefix));
  }

  private static String scheme(String text) {
    if (!text.equals("http") && !text.equals("https")) {
      throw new IllegalArgumentException("\"" + text + "\" is neither http nor https");
    }
    return text;
  }

  private static Optional<String> prefix(Fields fields, RouteMatch match) {
    if (fields.has("prefix") && match.pathPrefix().isEmpty()) {
      return fields.problem("prefix", "stands for match.pathPrefix, which this route hasn't");
    }
    return fields.text("prefix", HttpSyntax::writtenPath);
  }

  private static Optional<RouteAction> respond(Fields fields) {
    int status = fields.requiredInteger("status", 200, 599);
    String contentType =
        fields
            .text("contentType", HttpSyntax::contentType)
            .orElse(RouteAction.Respond.DEFAULT_CONTENT_TYPE);
    String body =
        fields
            .text("body", text -> LoadBalancerReader.body(text, RouteAction.Respond.BODY_LIMIT))
            .orElse("");
    fields.finish();
    if (!body.isEmpty() && (status == 204 || status == 205 || status == 304)) {
      return fields.problem("body", "an answer of status " + status + " has no body");
    }
    return fields.make(() -> new RouteAction.Respond(status, contentType, body));
  }

  private static Optional<Rewrite> rewrite(Fields fields, RouteMatch match) {
    var host = fields.text("host", RouteReader::hostAndPort);
    var path = fields.text("path", HttpSyntax::writtenPath);
    var prefix = prefix(fields, match);
    var replacement = fields.text("regexReplacement", text -> replacement(text, match));
    fields.finish();
    return fields.make(() -> new Rewrite(host, path, prefix, replacement));
  }

  private static String hostAndPort(String text) {
    var parts = HOST_AND_PORT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is not a host name");
    }
    String port = parts.group(2);
    if (port != null) {
      Ranges.require("port", Integer.parseInt(port), 1, 65_535);
    }
    return LoadBalancerReader.host(parts.group(1)) + (port == null ? "" : ":" + port);
  }

  private static String replacement(String text, RouteMatch match) {
    if (match.pathRegex().isEmpty()) {
      throw new IllegalArgumentException("stands for match.pathRegex, which this route hasn't");
    }
    int groups = Regexes.compile(match.pathRegex().get()).groupCount();
    DOLLAR
        .matcher(text)
        .results()
        .forEach(
            dollar -> {
              String group = dollar.group(1);
              if (!group.matches("[1-9]")) {
                throw new IllegalArgumentException(
                    "a $ is followed by the number of a group, 1 to 9; as itself it is %24");
              }
              if (Integer.parseInt(group) > groups) {
                throw new IllegalArgumentException(
                    "there is no group $" + group + ": match.pathRegex has " + groups);
              }
            });
    return HttpSyntax.writtenPath(text);
  }

  private static HeaderEdits edits(Fields fields, String key) {
    return fields.mapping(key).map(inner -> edits(inner)).orElse(HeaderEdits.NONE);
  }

  private static HeaderEdits edits(Fields fields) {
    var set = lines(fields, "set");
    var add = lines(fields, "add");
    var remove = fields.texts("remove", HeaderEdits.LIMIT, HttpSyntax::writableFieldName);
    fields.finish();
    int all = set.size() + add.size() + remove.size();
    if (all > HeaderEdits.LIMIT) {
      fields.problem("", "has " + all + " headers; the limit is " + HeaderEdits.LIMIT);
    }
    return new HeaderEdits(set, add, remove);
  }

  /** Name by name: a mapping has no order of its own, neither in JSON nor in the database. */
  private static List<HeaderEdits.Field> lines(Fields fields, String key) {
    var lines = new ArrayList<HeaderEdits.Field>();
    fields.mapping(key).ifPresent(inner -> readLines(inner, key.equals("add"), lines));
    lines.sort(java.util.Comparator.comparing(HeaderEdits.Field::name));
    return lines;
  }

  private static void readLines(Fields fields, boolean hasSeveral, List<HeaderEdits.Field> lines) {
    var names = new HashSet<String>();
    for (String key : fields.keys()) {
      try {
        String name = HttpSyntax.writableFieldName(key);
        if (!names.add(name)) {
          fields.problem(key, "stands here twice: headers are not told apart by case");
        }
        List<String> values =
            hasSeveral && fields.isList(key)
                ? fields.texts(key, HeaderEdits.LIMIT, HttpSyntax::fieldValue)
                : fields.text(key, HttpSyntax::fieldValue).stream().toList();
        if (!fields.has(key)) {
          fields.problem(key, "has no value: remove: [" + name + "] removes a header");
        }
        values.forEach(value -> lines.add(new HeaderEdits.Field(name, value)));
      } catch (IllegalArgumentException e) {
        fields.problem(key, String.valueOf(e.getMessage()));
      }
    }
  }
}
