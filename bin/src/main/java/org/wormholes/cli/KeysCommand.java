package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.rules.Publication;
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.runtime.store.StateInUseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes keys`: the node's key, which is its name, and those of the services it publishes.
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Show, make or find this node's key, or that of a service it publishes.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "6:refused: there is a key already, or none yet, or it is in use"})
final class KeysCommand implements Callable<Integer> {
  /// What to do with the key.
  enum Action {
    SHOW,
    GENERATE,
    PATH,
    SERVICE
  }

  /// What is reported; the secret never is.
  record Key(Optional<String> address, String path) {}

  @Mixin private Reporting reporting;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ACTION",
      description = {
        "show: print this node's address (the default).",
        "generate: make a key where there is none.",
        "path: print where the key is kept.",
        "service: print the address of the service NAME."
      })
  private Action action = Action.SHOW;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "A service, as in `publish 8080, as: \"NAME\"`.")
  private @Nullable String service;

  @Option(
      names = "--export",
      paramLabel = "FILE",
      description = "Write the service's key, for other nodes that publish it too.")
  private @Nullable Path export;

  @Option(
      names = "--import",
      paramLabel = "FILE",
      description =
          "Publish the service with the key that another node wrote, from the next start.")
  private @Nullable Path imported;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = "State folder of the node (default: $XDG_STATE_HOME/wormholes).")
  private @Nullable Path state;

  @Override
  public Integer call() throws IOException {
    Path folder = state == null ? Locations.state() : state;
    Key key =
        switch (action) {
          case PATH -> new Key(Optional.empty(), StateFolder.keyPath(folder).toString());
          case SHOW -> shown(folder);
          case GENERATE -> generated(folder);
          case SERVICE -> service(folder);
        };
    reporting.print(key, it -> List.of(it.address().orElse(it.path())));
    return ExitCode.OK;
  }

  private static Key shown(Path folder) throws IOException {
    return new Key(
        Optional.of(known(folder).id().address()), StateFolder.keyPath(folder).toString());
  }

  private static NodeKey known(Path folder) throws IOException {
    Optional<NodeKey> key =
        Files.isDirectory(folder) ? StateFolder.peekNodeKey(folder) : Optional.empty();
    return key.orElseThrow(() ->
        new CommandFailure(
            ExitCode.REFUSED,
            "there is no key yet; make one with 'wormholes keys generate', or start the engine"));
  }

  private Key service(Path folder) throws IOException {
    String name = service == null ? "" : service;
    if (!Publication.isName(name)) {
      throw new CommandFailure(
          ExitCode.USAGE, "which service? 'wormholes keys service NAME', NAME as in the ruleset");
    }
    NodeKey key = imported == null ? serviceKey(folder, name) : taken(folder, name, imported);
    if (export != null) {
      new ServiceKeyFile(export).write(key);
    }
    String address = NodeUri.SCHEME + key.id().address();
    return new Key(Optional.of(address), StateFolder.keyPath(folder).toString());
  }

  private static NodeKey serviceKey(Path folder, String name) throws IOException {
    NodeKey own = known(folder);
    NodeKey shared = StateFolder.peekServiceKeys(folder).get(name);
    return shared == null ? own.service(name) : shared;
  }

  private static NodeKey taken(Path folder, String name, Path file) throws IOException {
    NodeKey key = new ServiceKeyFile(file).read();
    try (StateFolder opened = StateFolder.open(folder)) {
      opened.saveServiceKey(name, key);
      return key;
    } catch (StateInUseException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, e.getMessage() + "; stop the engine first: 'wormholes stop'");
    }
  }

  private static Key generated(Path folder) throws IOException {
    try (StateFolder opened = StateFolder.open(folder)) {
      if (opened.nodeKey().isPresent()) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "there is a key already in "
                + opened.keyPath()
                + "; it is this node's name and is kept");
      }
      NodeKey created = opened.nodeKeyOrNew(new SecureRandom()::nextBytes);
      return new Key(Optional.of(created.id().address()), opened.keyPath().toString());
    } catch (StateInUseException e) {
      throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()));
    }
  }
}
