package dev.ballast.cli;

import dev.ballast.configdb.ConfigStore;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Documents;
import dev.ballast.model.Edit;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Puts the demo's documents into the configuration, each one only where it isn't there: what the user changed stays. */
final class DemoSetup {
  private static final String WHO = "up --demo";
  private static final ApplyOptions DRY_RUN = new ApplyOptions(true, false, false);
  private static final ApplyOptions FOR_REAL = new ApplyOptions(false, false, false);

  private DemoSetup() {}

  static void apply(ConfigStore store) {
    var documents = new LinkedHashMap<ItemKey, String>();
    documents.put(new ItemKey(Kind.POOL, "demo"), Demo.httpPool());
    documents.put(new ItemKey(Kind.POOL, "echo"), Demo.tcpPool());
    documents.put(new ItemKey(Kind.LOAD_BALANCER, "demo"), Demo.loadBalancer());
    for (Map.Entry<ItemKey, String> document : documents.entrySet()) {
      Documents parsed =
          Documents.parse(
              document.getValue().getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
      if (isAbsent(store, document.getKey(), parsed)) {
        store.apply(parsed, FOR_REAL, WHO);
      }
    }
  }

  private static boolean isAbsent(ConfigStore store, ItemKey key, Documents document) {
    return store.apply(document, DRY_RUN, WHO).plan().edits().stream()
        .anyMatch(edit -> edit.key().equals(key) && edit.action() == Edit.Action.CREATED);
  }
}
