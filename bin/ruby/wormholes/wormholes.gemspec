# frozen_string_literal: true

require_relative "lib/wormholes/version"

Gem::Specification.new do |spec|
  spec.name = "wormholes"
  spec.version = Wormholes::VERSION
  spec.summary = "Talks to a running Wormholes engine."
  spec.description = "Plan, apply, explain and events over the engine's control socket, and sockets through its tunnels. Pure Ruby, standard library only."
  spec.authors = ["Wormholes"]
  spec.license = "Nonstandard"
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*.rb"].sort + ["README.md"] }
  # A fixed date, so that the same source gives the same bytes: files in the gem bear the epoch's.
  spec.date = "2026-01-01"
  ENV["SOURCE_DATE_EPOCH"] ||= Time.utc(2026, 1, 1).to_i.to_s
end
