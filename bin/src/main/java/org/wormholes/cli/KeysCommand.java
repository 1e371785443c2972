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
import org.wormholes.runtime.store.StateFolder;
import org.wormholes.runtime.store.StateInUseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes keys`: the node's key, which is its name.
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Show, make or find this node's key.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "6:refused: there is a key already, or none yet, or it is in use"})
final class KeysCommand implements Callable<Integer> {
  /// What to do with the key.
  enum Action {
    SHOW,
    GENERATE,
    PATH
  }

  /// What is reported; the secret never is.
  record Key(Optional<String> address, String path) {}

  @Mixin private Reporting reporting;

  @Parameters(
      arity = "0..1",
      paramLabel = "ACTION",
      description = {
        "show: print this node's address (the default).",
        "generate: make a key where there is none.",
        "path: print where the key is kept."
      })
  private Action action = Action.SHOW;

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
        };
    reporting.print(key, it -> List.of(it.address().orElse(it.path())));
    return ExitCode.OK;
  }

  private static Key shown(Path folder) throws IOException {
    Path file = StateFolder.keyPath(folder);
    Optional<NodeKey> key =
        Files.isDirectory(folder) ? StateFolder.peekNodeKey(folder) : Optional.empty();
    NodeKey known =
        key.orElseThrow(() ->
            new CommandFailure(
                ExitCode.REFUSED,
                "there is no key yet; make one with 'wormholes keys generate', or start the engine"));
    return new Key(Optional.of(known.id().address()), file.toString());
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
