# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# Where the state is kept is not said here: add a file of your own with the backend.

terraform {
  required_version = ">= 1.7.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.36.0, < 5.0.0"
    }
  }
}

provider "azurerm" {
  alias                           = "sub_0a0a0a0a"
  environment                     = "china"
  resource_provider_registrations = "none"
  subscription_id                 = "0a0a0a0a-1111-4222-8333-444444444444"

  features {}
}
