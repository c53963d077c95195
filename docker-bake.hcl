// All images at once, for two platforms: docker buildx bake --file docker-bake.hcl --push
// (Without --file it reads docker-compose.yml, too, and asks for the secrets of .env.)
variable "REGISTRY" { default = "ghcr.io/cartograph" }
variable "VERSION" { default = "latest" }
variable "REVISION" { default = "unknown" }
// Two builds of one commit are one image if this is its time: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
variable "SOURCE_DATE_EPOCH" { default = "0" }

group "default" { targets = ["service"] }

target "service" {
  name = replace(service, "subgraphs/", "")
  matrix = {
    service = [
      "gateway",
      "subgraphs/users",
      "subgraphs/products",
      "subgraphs/cart",
      "subgraphs/orders",
      "subgraphs/payments",
      "subgraphs/notifications",
      "subgraphs/pricing",
      "subgraphs/shipping",
    ]
  }
  args = {
    SERVICE  = service
    VERSION  = VERSION
    REVISION = REVISION
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
  platforms = ["linux/amd64", "linux/arm64"]
  tags = [
    "${REGISTRY}/${replace(service, "subgraphs/", "")}:${VERSION}",
    "${REGISTRY}/${replace(service, "subgraphs/", "")}:latest",
  ]
  attest = ["type=sbom", "type=provenance,mode=max"]
}
