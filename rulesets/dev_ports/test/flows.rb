tests "dev-ports" do
  flow("db.staging.example:5432").uses "services"
  flow("api.staging.example:443").uses "services"
  flow("10.30.0.53:53", protocol: :udp).uses "services"
  flow("10.30.0.54:53", protocol: :udp).refused
  flow("db.staging.example:22").refused
  flow("db.production.example:5432").refused
end
