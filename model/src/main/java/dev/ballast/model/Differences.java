package dev.ballast.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** The fields in which two encodings of a resource differ. */
final class Differences {
  private Differences() {}

  static List<Edit.FieldEdit> between(Resource before, Resource after) {
    Map<String, String> old = flat(Codec.toJson(before));
    Map<String, String> fresh = flat(Codec.toJson(after));
    var paths = new LinkedHashSet<>(old.keySet());
    paths.addAll(fresh.keySet());
    return paths.stream()
        .filter(path -> !Objects.equals(old.get(path), fresh.get(path)))
        .map(
            path ->
                new Edit.FieldEdit(path, old.getOrDefault(path, ""), fresh.getOrDefault(path, "")))
        .toList();
  }

  private static Map<String, String> flat(JsonNode node) {
    var leaves = new LinkedHashMap<String, String>();
    flatten("", node, leaves);
    return leaves;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> leaves) {
    if (node.isObject() && !node.isEmpty()) {
      node.forEachEntry(
          (name, value) -> flatten(path.isEmpty() ? name : path + "." + name, value, leaves));
    } else if (node.isArray() && hasNames(node)) {
      node.forEach(one -> flatten(path + "[" + one.path("name").asString() + "]", one, leaves));
    } else if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      var elements = new ArrayList<JsonNode>();
      node.forEach(elements::add);
      for (int index = 0; index < elements.size(); index++) {
        flatten(path + "[" + index + "]", elements.get(index), leaves);
      }
    } else {
      leaves.put(path, node.toString());
    }
  }

  private static boolean hasNames(JsonNode array) {
    return !array.isEmpty() && array.get(0).has("name");
  }
}
