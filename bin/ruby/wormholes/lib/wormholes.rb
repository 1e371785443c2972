# frozen_string_literal: true

require_relative "wormholes/version"
require_relative "wormholes/errors"
require_relative "wormholes/platform"
require_relative "wormholes/http"
require_relative "wormholes/compiled"
require_relative "wormholes/tunnels"
require_relative "wormholes/client"

# Talks to a running Wormholes engine over its control socket.
module Wormholes
  class << self
    # A client of the engine that listens on `socket`, which is given as a path.
    #
    #   client = Wormholes.connect
    #   client.status[:network]
    def connect(socket = control_socket, launcher: nil)
      client = Client.new(socket, launcher: launcher)
      return client unless block_given?

      yield client
    end

    # Where an engine of this user listens, by the rules of the XDG base directories.
    def control_socket(environment = ENV)
      runtime = environment["XDG_RUNTIME_DIR"].to_s
      return File.join(runtime, "wormholes", "control.sock") if runtime.start_with?("/")

      File.join(environment["HOME"] || Dir.home, ".local", "state", "wormholes", "control.sock")
    end
  end
end
