package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.locks.Claim;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.Mode;
import dev.ballast.locks.Ownership;
import dev.ballast.locks.PartitionListener;
import dev.ballast.orchestrator.OrchestratorSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A controller reads the doubts of orchestrators where these say them. */
class OrchestratorsDoubtTest {
  private static final String NAME = "o-1";
  private static final String WHY = "12 of 20 targets are silent at once";

  /** Takes what comes. */
  private static final PartitionListener LISTENER =
      new PartitionListener() {
        @Override
        public void assigned(Ownership share) {}

        @Override
        public void revoked(Ownership share) {}

        @Override
        public void lost(Ownership share) {}
      };

  private static String orchestrators(LockingController controller)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(controller.url()).resolve("/v1/orchestrators"))
              .header("Authorization", "Bearer " + LockingController.TOKEN)
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void shouldShowTheReasonBesideTheNameOfTheMember() throws Exception {
    try (var controller = new LockingController();
        var locks =
            new Locks(controller.engine, LocksSettings.of(NAME, System::nanoTime, new Random(1)))) {
      var _ = locks.join(GroupSettings.of(OrchestratorSettings.GROUP, NAME, 256), LISTENER);
      assertThat(orchestrators(controller)).contains("\"name\":\"" + NAME + "\"", "\"doubt\":\"\"");
      var said =
          locks.tryAcquire(new Claim(OrchestratorSettings.DOUBT + NAME, Mode.exclusive(), WHY));
      assertThat(said).isPresent();
      assertThat(orchestrators(controller)).contains("\"doubt\":\"" + WHY + "\"");
    }
  }
}
