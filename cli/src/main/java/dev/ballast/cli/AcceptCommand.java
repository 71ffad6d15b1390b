package dev.ballast.cli;

import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
    name = "accept",
    description =
        "Tell an LB server that holds on to its configuration to take the list it was given: one"
            + " from another database, or one with no load balancer.")
final class AcceptCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(index = "0", paramLabel = "LBSERVER", description = "Its name, as in: get lbservers.")
  String name = "";

  @Mixin private final ServerOptions server = new ServerOptions();

  AcceptCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Endpoint controller = server.find(shell);
    URI admin;
    try (var client = new ApiClient(controller, shell)) {
      JsonNode registered = client.read("/v1/lbservers/" + ApiClient.encoded(name));
      admin = URI.create(registered.path("admin").asString());
    }
    var itself =
        new Endpoint(admin, controller.token(), "LB server " + name, controller.authority());
    try (var client = new ApiClient(itself, shell)) {
      client.post("/held/accept");
    }
    shell.terminal().out().println(name + " accepts what it was given");
    return ExitCode.DONE.number();
  }
}
