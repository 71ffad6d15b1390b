package dev.ballast.controller;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import tools.jackson.databind.JsonNode;

/** A whole answer. */
record Answer(int status, String contentType, List<HttpField> headers, Payload body)
    implements Reply {
  static Answer json(JsonNode json) {
    return json(Payload.of(json.toString()));
  }

  static Answer json(Payload json) {
    return new Answer(200, "application/json", List.of(), json);
  }

  static Answer text(int status, String contentType, String text) {
    return new Answer(status, contentType, List.of(), Payload.of(text));
  }

  static Answer empty(int status) {
    return new Answer(status, "", List.of(), Payload.EMPTY);
  }

  Answer with(String header, String value) {
    var more = new ArrayList<>(headers);
    more.add(new HttpField(header, value));
    return new Answer(status, contentType, more, body);
  }
}
