package dev.ballast.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes routes. */
final class RouteWriter {
  private RouteWriter() {}

  static void write(ObjectNode node, Route route) {
    route.name().ifPresent(name -> node.put("name", name));
    if (!route.match().equals(RouteMatch.ALL)) {
      match(node.putObject("match"), route.match());
    }
    action(node, route.action());
    if (!route.rewrite().equals(Rewrite.NONE)) {
      rewrite(node.putObject("rewrite"), route.rewrite());
    }
    edits(node, "requestHeaders", route.requestHeaders());
    edits(node, "responseHeaders", route.responseHeaders());
    route.maxBodyBytes().ifPresent(most -> ResourceWriter.bytes(node, "maxBody", most));
  }

  private static void match(ObjectNode node, RouteMatch match) {
    match.host().ifPresent(host -> node.put("host", host));
    match.path().ifPresent(path -> node.put("path", path));
    match.pathPrefix().ifPresent(prefix -> node.put("pathPrefix", prefix));
    match.pathRegex().ifPresent(regex -> node.put("pathRegex", regex));
    if (!match.methods().isEmpty()) {
      node.set("methods", ResourceWriter.texts(match.methods()));
    }
    conditions(node, "headers", match.headers());
    conditions(node, "query", match.query());
  }

  private static void conditions(ObjectNode node, String key, List<ValueMatch> conditions) {
    if (conditions.isEmpty()) {
      return;
    }
    ArrayNode list = node.putArray(key);
    for (ValueMatch condition : conditions) {
      ObjectNode one = list.addObject().put("name", condition.name());
      String how = Codec.text(condition.how());
      switch (condition.how()) {
        case EXACT, PREFIX, REGEX -> one.put(how, condition.value());
        case PRESENT, ABSENT -> one.put(how, true);
      }
    }
  }

  private static void action(ObjectNode node, RouteAction action) {
    switch (action) {
      case RouteAction.ToPool(String pool) -> node.put("pool", pool);
      case RouteAction.Split(List<RouteAction.WeightedPool> shares) -> {
        ArrayNode split = node.putArray("split");
        shares.forEach(
            share -> split.addObject().put("pool", share.pool()).put("weight", share.weight()));
      }
      case RouteAction.Redirect redirect -> redirect(node.putObject("redirect"), redirect);
      case RouteAction.Respond(int status, String contentType, String body) -> {
        ObjectNode respond =
            node.putObject("respond").put("status", status).put("contentType", contentType);
        if (!body.isEmpty()) {
          respond.put("body", body);
        }
      }
    }
  }

  private static void redirect(ObjectNode node, RouteAction.Redirect redirect) {
    node.put("status", redirect.status());
    redirect.scheme().ifPresent(scheme -> node.put("scheme", scheme));
    redirect.host().ifPresent(host -> node.put("host", host));
    redirect.port().ifPresent(port -> node.put("port", port));
    redirect.path().ifPresent(path -> node.put("path", path));
    redirect.prefix().ifPresent(prefix -> node.put("prefix", prefix));
  }

  private static void rewrite(ObjectNode node, Rewrite rewrite) {
    rewrite.host().ifPresent(host -> node.put("host", host));
    rewrite.path().ifPresent(path -> node.put("path", path));
    rewrite.prefix().ifPresent(prefix -> node.put("prefix", prefix));
    rewrite.regexReplacement().ifPresent(replacement -> node.put("regexReplacement", replacement));
  }

  private static void edits(ObjectNode node, String key, HeaderEdits edits) {
    if (edits.equals(HeaderEdits.NONE)) {
      return;
    }
    ObjectNode one = node.putObject(key);
    lines(one, "set", edits.set());
    lines(one, "add", edits.add());
    if (!edits.remove().isEmpty()) {
      one.set("remove", ResourceWriter.texts(edits.remove()));
    }
  }

  /** One value as a text, several of a name as a list. */
  private static void lines(ObjectNode node, String key, List<HeaderEdits.Field> lines) {
    if (lines.isEmpty()) {
      return;
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (HeaderEdits.Field line : lines) {
      values.computeIfAbsent(line.name(), name -> new java.util.ArrayList<>()).add(line.value());
    }
    ObjectNode mapping = node.putObject(key);
    values.forEach(
        (name, all) -> {
          if (all.size() == 1) {
            mapping.put(name, all.getFirst());
          } else {
            mapping.set(name, ResourceWriter.texts(all));
          }
        });
  }
}
