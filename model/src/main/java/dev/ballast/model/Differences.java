package dev.ballast.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The fields in which two encodings of a resource differ. */
final class Differences {
  private Differences() {}

  static List<Edit.FieldEdit> between(Resource before, Resource after) {
    Map<String, String> old = flat(Codec.show(before));
    Map<String, String> fresh = flat(Codec.show(after));
    var paths = new LinkedHashSet<>(old.keySet());
    paths.addAll(fresh.keySet());
    paths.remove(SecretFields.KEY_SHA256);
    var edits =
        paths.stream()
            .filter(path -> !Objects.equals(old.get(path), fresh.get(path)))
            .map(
                path ->
                    new Edit.FieldEdit(
                        path, old.getOrDefault(path, ""), fresh.getOrDefault(path, "")));
    return Stream.concat(edits, ofKeys(before, after)).toList();
  }

  /** Of a private key only that it is another, or sealed anew. */
  private static Stream<Edit.FieldEdit> ofKeys(Resource before, Resource after) {
    return before instanceof Certificate old
            && after instanceof Certificate fresh
            && !old.privateKey().equals(fresh.privateKey())
        ? Stream.of(new Edit.FieldEdit("key", "", "\"changed\""))
        : Stream.empty();
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

  /** Whether every element has a name of its own. */
  private static boolean hasNames(JsonNode array) {
    var names = new HashSet<String>();
    array.forEach(
        element -> {
          if (element.has("name")) {
            names.add(element.path("name").asString());
          }
        });
    return !array.isEmpty() && names.size() == array.size();
  }
}
